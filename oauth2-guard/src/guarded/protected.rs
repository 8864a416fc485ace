//! A router behind its layer, which takes no more routes.

use core::convert::Infallible;
use core::fmt;
use core::future::{Ready, ready};
use core::task::{Context, Poll};
use std::sync::Arc;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use axum::routing::{IntoMakeService, Route};
use axum::serve::{IncomingStream, Listener};
use axum::{BoxError, Router};
use tower_layer::Layer;
use tower_service::Service;

use super::routes::Routes;
use super::row::Row;
use crate::access::AccessMap;
use crate::layer::GuardLayer;

/// Routes behind the layer of a server, all of them: [`GuardedRouter::protect`](super::GuardedRouter::protect) makes it. There is no way to add another.
///
/// `axum::serve` takes it as it is. It is a service, and becomes a [`Router`], which other routers take in their turn:
///
/// ```
/// # use axum::{Router, routing::get};
/// # use oauth2_guard::ProtectedRouter;
/// # fn whole(app: ProtectedRouter, pages: Router) -> Router {
/// pages.nest("/api", app.into())
/// # }
/// ```
///
/// What is merged with that, or added to it, stands outside of the layer, and is not in the map.
#[derive(Clone)]
#[must_use = "it does nothing until it is served"]
pub struct ProtectedRouter {
    router: Router,
    map: Arc<AccessMap>,
}

impl ProtectedRouter {
    pub(super) fn new(router: Router, rows: Vec<Row>, layer: GuardLayer) -> Self {
        let map = AccessMap::behind(rows.iter().cloned(), &layer);
        let router = router.layer(layer.before(Routes::new(rows)));
        Self { router, map: Arc::new(map) }
    }

    /// Who may call what: that of the [routes](super::GuardedRouter::access_map), with what the layer
    /// [requires](GuardLayer::require) of every token, and the [roles](crate::ResourceServer::roles) that the server was told of.
    ///
    /// ```
    /// # use oauth2_guard::ProtectedRouter;
    /// # fn show(app: &ProtectedRouter) {
    /// println!("{}", app.access_map());
    /// # }
    /// ```
    #[must_use]
    pub fn access_map(&self) -> &AccessMap {
        &self.map
    }

    /// Puts a layer before everything, that of the server too: what is to see each request and each answer, such as CORS, tracing, compression.
    ///
    /// ```
    /// # use axum::extract::DefaultBodyLimit;
    /// # use oauth2_guard::ProtectedRouter;
    /// # fn with_layers(app: ProtectedRouter) -> ProtectedRouter {
    /// app.layer(DefaultBodyLimit::max(64 * 1024))
    /// # }
    /// ```
    pub fn layer<L>(mut self, layer: L) -> Self
    where
        L: Layer<Route> + Clone + Send + Sync + 'static,
        L::Service: Service<Request> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Error: Into<Infallible> + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        self.router = self.router.layer(layer);
        self
    }

    /// What other servers than `axum::serve` take. For [`ConnectInfo`](axum::extract::ConnectInfo) make it a [`Router`], and ask that.
    pub fn into_make_service(self) -> IntoMakeService<Router> {
        self.router.into_make_service()
    }
}

impl From<ProtectedRouter> for Router {
    fn from(protected: ProtectedRouter) -> Self {
        protected.router
    }
}

impl<B> Service<http::Request<B>> for ProtectedRouter
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = <Router as Service<Request>>::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Service::<Request>::poll_ready(&mut self.router, context)
    }

    fn call(&mut self, request: http::Request<B>) -> Self::Future {
        self.router.call(request.map(Body::new))
    }
}

/// For `axum::serve`: each connection is served by a clone.
impl<L: Listener> Service<IncomingStream<'_, L>> for ProtectedRouter {
    type Response = Router;
    type Error = Infallible;
    type Future = Ready<Result<Router, Infallible>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _connection: IncomingStream<'_, L>) -> Self::Future {
        // With its state a router makes its layers once, rather than for each request.
        ready(Ok(self.router.clone().with_state(())))
    }
}

impl fmt::Debug for ProtectedRouter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProtectedRouter").field("map", &self.map).finish_non_exhaustive()
    }
}
