//! The cases that a verifier must not fail, one class a file. `case.rs` says how a case is stated and what it checks by itself;
//! `../../cases.txt` says which case of the list is covered, and `listing.rs` keeps it true.
//!
//! A test is named for its row (`a040_..`), or, where the list has no such row, for its class (`n_alg_..`).
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::string_slice,
    clippy::print_stdout
)]

mod algorithm;
mod api;
mod audience;
mod cache;
mod case;
mod cloud;
mod cors;
mod fetched;
mod format;
mod header;
mod http;
mod issuer;
mod json;
mod key;
mod leak;
mod listing;
mod load;
mod operation;
mod outgoing;
mod owner;
mod path;
mod positive;
mod revoked;
mod rule;
mod scope;
mod signature;
mod sources;
mod time;
mod token;
mod typ;
mod vectors;
mod watch;
mod websocket;
