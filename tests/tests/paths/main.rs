//! Paths as nobody writes them by mistake: what the layer makes of one, against the route that axum reaches by it.
//!
//! No route asks for anything itself, so that the layer's word is all there is. Each path is sent byte by byte, once with nothing and once with a
//! good token, to each way of putting the layer on a router.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::string_slice,
    clippy::print_stdout
)]

mod layouts;
mod mutations;
mod reading;
mod verdicts;
mod wire;
