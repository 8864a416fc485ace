//! An axum API becomes a secure OAuth2 resource server: one layer verifies bearer tokens, one attribute says who may call.
//!
//! ```no_run
//! use axum::{Json, Router, routing::get};
//! use oauth2_guard::{Claims, Provider, ResourceServer, requires};
//! use serde::Deserialize;
//!
//! #[derive(Deserialize)]
//! struct Me {
//!     sub: String,
//! }
//!
//! #[requires(scopes = "profile", roles = any("admin", "support"))]
//! async fn profile(Claims(me): Claims<Me>) -> Json<String> {
//!     Json(me.sub)
//! }
//!
//! # async fn app() -> Result<Router, oauth2_guard::BuildError> {
//! let server = ResourceServer::builder()
//!     .provider(Provider::discover("https://login.example.com").audience("https://api.example.com"))
//!     .build()
//!     .await?; // what is wrong with the configuration is an error here, in one sentence
//!
//! let app = Router::new().route("/profile", get(profile)).layer(server.layer());
//! # Ok(app) }
//! ```
//!
//! * [`ResourceServer`] trusts one or more [`Provider`]s; its [`layer`](ResourceServer::layer) verifies the token of every
//!   request (RFC 6750, RFC 7515, RFC 7519, RFC 9068) and stores the [`OAuth2Claims`] in it.
//! * [`ResourceServer::from_env`] and [`Config`] make the same of variables or of a file.
//! * [`requires`](macro@requires) and [`Guard<P>`](Guard) evaluate a [`Rule`](policy::Rule) on them, before any other argument
//!   of the handler is made, the body included. [`policy`](macro@policy) gives a rule a name.
//! * [`GuardedRouter`] is axum's router for handlers that say who may call them: one that does not, does not compile; [`AccessMap`] is the table of
//!   who may call what.
//! * [`HasOwner`](macro@HasOwner), [`loader`](macro@loader) and [`Owned<T, P>`](Owned) are for rules about the owner of an object, which is loaded
//!   in its place among the arguments; [`check`](macro@check) is for whatever else a rule should ask.
//! * [`Claims<T>`] hands the handler its own typed claims.
//! * [`Rejection`] is every way in which a request is turned away: any doubt denies, and an error is never a pass.
//! * [`Revocations`] says which tokens are void before they expire.
//! * `testing` (a feature) is an authorization server in the process, tokens that differ from a good one in one thing, and a
//!   clock that stands still.
//! * `ws` (a feature) is for WebSockets of pages: tokens in `Sec-WebSocket-Protocol`, and refusals that a page can see.
//! * `uuid` (a feature) takes a `Uuid` for the identifier of an owner.
//! * `utoipa` (a feature) is [`ResourceServer::openapi`]: who may call what, in a document of OpenAPI.
//! * `reqwest` (a feature) is [`HttpFetch::configured`](fetch::HttpFetch): keys through a proxy, with other root certificates, by mutual TLS.
//!
//! The [`guide`] has the rest.
#![forbid(unsafe_code)]

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

#[cfg(fuzzing)]
#[doc(hidden)]
#[path = "fuzzing.rs"]
pub mod __fuzzing;
pub mod access;
mod answer;
mod attributes;
mod authentication;
mod bearer;
mod cache;
mod caught;
mod challenge;
pub mod check;
mod claim_ref;
mod claims;
mod clock;
mod config;
mod decision;
mod error;
mod extract;
pub mod fetch;
pub mod guarded;
pub mod guide;
mod json;
mod jwks;
pub mod layer;
mod memory;
#[cfg(feature = "utoipa")]
pub mod openapi;
mod ownership;
pub mod policy;
mod provider;
mod readiness;
mod rejection;
mod resource;
mod revocations;
mod server;
mod standing;
mod sync;
#[cfg(feature = "testing")]
pub mod testing;
mod token;
mod verify;

pub use self::access::AccessMap;
pub use self::attributes::{HasOwner, check, loader, policy, public, requires};
pub use self::claims::OAuth2Claims;
pub use self::clock::{Clock, SystemClock};
pub use self::config::Config;
pub use self::decision::{Decision, Outcome};
pub use self::error::BuildError;
pub use self::extract::{
    Authentication, Claims, Gate, Guard, LoadRejection, Owned, OwnedRejection, Public, RegisteredClaims,
};
pub use self::guarded::{GuardedRouter, ProtectedRouter};
pub use self::ownership::{Bearer, HasOwner, Identifier, OwnerId};
pub use self::policy::{Policy, Role};
pub use self::provider::{Provider, ResolveIssuer};
pub use self::readiness::{KeyState, ProviderReadiness, Readiness};
pub use self::rejection::{Reason, Rejection};
pub use self::resource::{ProtectedResource, ProtectedResourceMetadata};
pub use self::revocations::{NotListed, RevocationList, Revocations};
pub use self::server::{ResourceServer, ResourceServerBuilder};
pub use self::verify::{Algorithm, InvalidToken};
