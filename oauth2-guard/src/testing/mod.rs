//! For tests and demonstrations: an authorization server in the process, tokens that differ from a good one in one
//! thing, a clock that stands still, and what a direct call of a guarded handler needs.
//!
//! Requires the feature `testing`. Nothing here is for production: keys are made at the start and forgotten at the end, and the
//! token endpoint serves whoever asks. What fails panics, as a test does.
//!
//! ```
//! use axum::{Router, body::Body, http::Request, routing::get};
//! use oauth2_guard::{ResourceServer, requires, testing::Issuer};
//! use tower::ServiceExt;
//!
//! #[requires(scopes = "profile")]
//! async fn profile() -> &'static str {
//!     "yours"
//! }
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let issuer = Issuer::start().await?;
//! let server = ResourceServer::builder().provider(issuer.provider()).build().await?;
//! let app = Router::new().route("/profile", get(profile)).layer(server.layer());
//!
//! let token = issuer.token().scopes("profile").build();
//! let request = Request::get("/profile").header("authorization", format!("Bearer {token}"));
//! assert_eq!(app.oneshot(request.body(Body::empty())?).await?.status(), 200);
//! # Ok(()) }
//! ```
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod clock;
mod granted;
mod issuer;
mod signing_key;
mod token_builder;

pub use self::clock::TestClock;
pub use self::granted::{GuardArgument, granted, owned};
pub use self::issuer::{AUDIENCE, Issuer, IssuerBuilder};
pub use self::signing_key::SigningKey;
pub use self::token_builder::TokenBuilder;
