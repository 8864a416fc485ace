//! The web around an API: what browsers ask of it, and what lasts longer than a request.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]

mod cors;
mod http_2;
mod preflights;
mod sockets;
mod streams;
