//! What serves requests that no route does.

use core::convert::Infallible;

use axum::Router;
use axum::extract::Request;
use axum::handler::Handler;
use axum::response::IntoResponse;
use axum::routing::Route;
use tower_layer::Layer;
use tower_service::Service;

use super::row::joined;

/// A fallback, kept apart until nothing is added to the router any more: groups are asked before it, and not before a 404 that nobody set.
pub(super) struct Fallback<S> {
    /// Where it is nested; empty if it is not.
    path: String,
    /// That has this fallback and nothing else.
    router: Router<S>,
}

impl<S> Fallback<S>
where
    S: Clone + Send + Sync + 'static,
{
    pub(super) fn new<H, T>(handler: H) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        Self { path: String::new(), router: empty().fallback(handler) }
    }

    /// Whether it is that of the router itself, and not of one that is nested.
    pub(super) fn is_of_all(&self) -> bool {
        self.path.is_empty()
    }

    pub(super) fn nested_at(self, prefix: &str) -> Self {
        Self { path: joined(prefix, &self.path), router: self.router }
    }

    pub(super) fn layer<L>(self, layer: L) -> Self
    where
        L: Layer<Route> + Clone + Send + Sync + 'static,
        L::Service: Service<Request> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Error: Into<Infallible> + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        Self { path: self.path, router: self.router.layer(layer) }
    }

    pub(super) fn with_state<S2>(self, state: S) -> Fallback<S2> {
        Fallback { path: self.path, router: self.router.with_state(state) }
    }

    /// The routes of `router`, with this fallback.
    pub(super) fn behind(self, router: Router<S>) -> Router<S> {
        let fallback = if self.is_of_all() { self.router } else { empty().nest(&self.path, self.router) };
        fallback.merge(router)
    }
}

/// Takes whatever paths another router has.
fn empty<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().without_v07_checks()
}

impl<S> Clone for Fallback<S> {
    fn clone(&self) -> Self {
        Self { path: self.path.clone(), router: self.router.clone() }
    }
}
