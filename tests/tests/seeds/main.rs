//! The systems that this one starts from, each in a file of its own: what they let their users do works here, what is wrong with them
//! does not happen here. A table in each file has the names of their own tests.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::string_slice
)]

mod authlib_back_end;
mod axioms_core;
mod axioms_fastapi;
mod cases;
mod configured;
mod defects;
mod enterprise_article;
mod starlette_oauth2_api;
