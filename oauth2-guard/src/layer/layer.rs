use tower_layer::Layer;

use super::service::GuardService;
use crate::server::ResourceServer;

/// Verifies the token of every request that passes: [`ResourceServer::layer`] makes it.
///
/// A request without a token is refused, unless [`allow_anonymous`](Self::allow_anonymous) is set; one with a bad token is
/// refused always. Of one with a good token the [`OAuth2Claims`](crate::OAuth2Claims) are stored in the request, in place of
/// any that were there.
#[derive(Clone, Debug)]
#[must_use = "a layer does nothing until it is put on a router or service"]
pub struct GuardLayer {
    server: ResourceServer,
    allow_anonymous: bool,
}

impl GuardLayer {
    pub(crate) fn new(server: ResourceServer) -> Self {
        Self { server, allow_anonymous: false }
    }

    /// Lets requests without a token pass, to handlers that ask for nothing or for an `Option`. A bad token is refused all
    /// the same, and no guard is ever satisfied without one.
    ///
    /// ```
    /// use axum::{Router, routing::get};
    /// use oauth2_guard::{OAuth2Claims, ResourceServer};
    ///
    /// async fn hello(claims: Option<OAuth2Claims>) -> &'static str {
    ///     if claims.is_some() { "hello again" } else { "hello" }
    /// }
    ///
    /// # fn app(server: ResourceServer) -> Router {
    /// Router::new().route("/", get(hello)).layer(server.layer().allow_anonymous())
    /// # }
    /// ```
    pub fn allow_anonymous(mut self) -> Self {
        self.allow_anonymous = true;
        self
    }
}

impl<S> Layer<S> for GuardLayer {
    type Service = GuardService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        GuardService::new(inner, self.server.clone(), self.allow_anonymous)
    }
}
