//! What must not compile, with its message, and what must: see `tests/`.
