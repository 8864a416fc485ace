//! Routes that say who may call them, all of them: what does not, does not compile.
//!
//! [`GuardedRouter`] is axum's router, and [`get`], [`post`] and their like are axum's, for handlers whose first argument is a
//! guard: the one that [`#[requires]`](macro@crate::requires) or [`#[public]`](macro@crate::public) puts there, or one written by hand. The router knows what it
//! serves, and [tells](GuardedRouter::access_map).
//!
//! The [guide](crate::guide::access) shows it in use.

mod argument;
mod fallback;
mod group;
mod method_router;
mod protected;
mod router;
mod routes;
mod row;

pub use self::argument::{Arguments, Guarded, Nothing};
pub use self::method_router::{
    GuardedRoute, MethodRouter, any, connect, delete, get, head, on, options, patch, post, put, trace,
};
pub use self::protected::ProtectedRouter;
pub use self::router::GuardedRouter;
pub(crate) use self::routes::{LocatedRoutes, Routes};
pub(crate) use self::row::{Place, Row};
