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
//! * [`requires`](macro@requires) and [`Guard<P>`](Guard) evaluate a [`Rule`](policy::Rule) on them, before any other argument
//!   of the handler is made, the body included.
//! * [`Claims<T>`] hands the handler its own typed claims.
//! * [`Rejection`] is every way in which a request is turned away: any doubt denies, and an error is never a pass.
//! * `testing` (a feature) is an authorization server in the process, tokens that differ from a good one in one thing, and a
//!   clock that stands still.
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
mod authentication;
mod bearer;
mod challenge;
pub mod check;
mod claim_ref;
mod claims;
mod clock;
mod decision;
mod error;
mod extract;
pub mod guide;
mod json;
mod jwks;
pub mod layer;
mod ownership;
pub mod policy;
mod provider;
mod rejection;
mod server;
#[cfg(feature = "testing")]
pub mod testing;
mod token;
mod verify;

pub use self::claims::OAuth2Claims;
pub use self::clock::{Clock, SystemClock};
pub use self::decision::{Decision, Outcome};
pub use self::error::BuildError;
pub use self::extract::{Claims, Guard, LoadRejection, Owned, OwnedRejection, Public, RegisteredClaims};
pub use self::ownership::{Bearer, HasOwner, Identifier, OwnerId};
pub use self::policy::Policy;
pub use self::provider::Provider;
pub use self::rejection::{Reason, Rejection};
pub use self::server::{ResourceServer, ResourceServerBuilder};
pub use self::verify::{Algorithm, InvalidToken};

/// Marks a handler that needs no token.
///
/// It says so in the place where every other handler has a rule. The handler gets one more leading argument, a [`Public`], which
/// every request can make. It lifts no layer: on a plain `Router`, a public route stands outside of it.
///
/// ```
/// use axum::{Router, routing::get};
/// use oauth2_guard::{ResourceServer, public, requires};
///
/// #[public]
/// async fn health() -> &'static str {
///     "up"
/// }
///
/// #[requires]
/// async fn orders() -> &'static str {
///     "orders"
/// }
///
/// # fn app(server: ResourceServer) -> Router {
/// Router::new()
///     .route("/orders", get(orders))
///     .layer(server.layer())
///     .route("/health", get(health)) // added after the layer, so not covered by it
/// # }
/// ```
///
/// `#[public]` beside [`#[requires]`](macro@requires) is a compile error, and so are arguments other than `crate = path`.
pub use oauth2_guard_macros::public;

/// Says who may call a handler: what must hold of the request's token.
///
/// ```
/// use oauth2_guard::requires;
///
/// const EDIT: &str = "articles:edit";
///
/// #[requires(scopes = "articles", permissions = EDIT, roles = any("editor", "admin"), not(roles = "guest"))]
/// async fn edit(article: String) -> String {
///     article
/// }
/// # let _ = axum::routing::post::<_, _, ()>(edit);
/// ```
///
/// A mistake is a compile error that says what to write instead:
///
/// ```compile_fail
/// # use oauth2_guard::requires;
/// #[requires(scopes = ["read", "write"])]
/// async fn edit() {}
/// ```
/// ```text
/// error: a list does not say how many of them are needed: write `any("read", "write")` or `all("read", "write")`
/// ```
///
/// # Grammar
///
/// ```text
/// requires    = requirement ("," requirement)*                  a comma is AND
/// requirement = kind "=" value
///             | "any" "(" requirement ("," requirement)* ")"    OR
///             | "all" "(" requirement ("," requirement)* ")"    AND
///             | "not" "(" requirement ")"
///             | "crate" "=" PATH                                where this crate is, if it is renamed; absolute
/// kind        = "scopes" | "roles" | "permissions"
/// value       = STRING | CONST_PATH
///             | "any" "(" value ("," value)* ")" | "all" "(" value ("," value)* ")" | "not" "(" value ")"
/// ```
///
/// `#[requires]` alone asks for any valid token. Several `#[requires]` on one handler are AND.
///
/// # Responses
///
/// | | status | challenge |
/// |---|---|---|
/// | no token | 401 | `Bearer realm="api"` |
/// | the rule does not hold, or cannot be known to | 403 | `error="insufficient_scope"`, and `scope="…"` where more scopes would help |
/// | no layer before the handler | 500 | none |
///
/// # Order of evaluation
///
/// The handler gets one more argument, before its own: a [`Guard`] of a hidden policy. So the rule is decided before any other
/// argument is made and before the body is read. A direct call of the handler passes `testing::granted()` there.
///
/// # Limitations
///
/// * In an `impl` block there is no room for the hidden policy. Take a [`Guard<P>`](Guard) argument with a
///   [`Policy`] of your own there.
/// * `#[axum::debug_handler]` stands below `#[requires]`: above, it checks the arguments before the guard is among them.
/// * A handler takes fifteen arguments of its own: axum's limit is sixteen.
/// * `#[requires()]` is a compile error where it is written, but a macro by example that fills in nothing between the parentheses
///   says `#[requires]`: any valid token.
pub use oauth2_guard_macros::requires;
