//! What must compile, in the edition 2021: see `tests/`.
