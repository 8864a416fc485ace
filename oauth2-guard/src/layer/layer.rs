use std::sync::Arc;

use http::Method;
use tower_layer::Layer;

use super::admission::Admission;
use super::cross_site::CrossSite;
use super::origins::Origins;
use super::public_paths::PublicPaths;
use super::service::GuardService;
#[cfg(feature = "ws")]
use crate::bearer::ProtocolMarker;
use crate::bearer::{CookieName, QueryParameter};
use crate::error::BuildError;
use crate::guarded::Routes;
use crate::policy::{Policy, Rule};
use crate::server::ResourceServer;
use crate::standing::Leniency;

/// Verifies the token of every request that passes: [`ResourceServer::layer`] makes it.
///
/// A request without a token is refused, and so is one with a bad token. Of one with a good token the
/// [`OAuth2Claims`](crate::OAuth2Claims) are in the request from then on, in place of any that were there.
///
/// | | no token | a bad token |
/// |---|---|---|
/// | by default | refused | refused |
/// | [`allow_anonymous`](Self::allow_anonymous) | passes | refused |
/// | [`public_paths`](Self::public_paths), [`safe_methods`](Self::safe_methods), [`allow_preflight`](Self::allow_preflight): these requests | pass | pass |
/// | to a [`#[public]`](macro@crate::public) route of a router that it [protects](crate::GuardedRouter::protect) | pass | pass |
/// | [`insecure_observe_only`](Self::insecure_observe_only) | passes | passes |
///
/// Whatever passes, passes the layer alone: a guard ([`requires`](macro@crate::requires), [`Guard`](crate::Guard)) answers as if there was no such
/// setting, and a handler that takes claims gets none of a token that was not accepted.
#[derive(Clone, Debug)]
#[must_use = "a layer does nothing until it is put on a router or service"]
pub struct GuardLayer(Arc<Admission>);

impl GuardLayer {
    pub(crate) fn new(server: ResourceServer) -> Self {
        Self(Arc::new(Admission::new(server)))
    }

    /// Nobody else has them while a layer is made.
    fn settings(&mut self) -> &mut Admission {
        Arc::make_mut(&mut self.0)
    }

    /// Lets requests pass to those of these routes that are for everybody.
    pub(crate) fn before(mut self, routes: Routes) -> Self {
        self.settings().routes = Some(Arc::new(routes));
        self
    }

    pub(crate) fn server(&self) -> &ResourceServer {
        &self.0.server
    }

    /// What is asked of every token.
    pub(crate) fn base(&self) -> Option<&'static Rule> {
        self.0.base
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
        let settings = self.settings();
        settings.leniency = settings.leniency.max(Leniency::Missing);
        self
    }

    /// Refuses nothing, and leaves it to the handlers to ask: those without a guard are open. [`Authentication`](crate::Authentication) tells them
    /// how it stands.
    ///
    /// For an API that is being moved to this layer, or that answers in ways of its own; `on_decision` sees what would be refused.
    ///
    /// ```
    /// use axum::{Router, routing::get};
    /// use oauth2_guard::{Authentication, ResourceServer};
    ///
    /// async fn hello(authentication: Authentication) -> String {
    ///     match authentication {
    ///         Authentication::Valid(claims) => format!("hello {}", claims.subject().unwrap_or("client")),
    ///         Authentication::Missing => "hello".to_owned(),
    ///         _ => "your token is not accepted".to_owned(),
    ///     }
    /// }
    ///
    /// # fn app(server: ResourceServer) -> Router {
    /// Router::new().route("/", get(hello)).layer(server.layer().insecure_observe_only())
    /// # }
    /// ```
    pub fn insecure_observe_only(mut self) -> Self {
        self.settings().leniency = Leniency::Any;
        self
    }

    /// Lets requests to these paths pass, with any token, bad or good, or none. A path is compared byte by byte, as the client sent it; one that ends with `/*` stands
    /// for everything below it, itself not included. A request whose path others may read in another way (percent-encodings, `//`, `;`, `\`, dot
    /// segments) is to no public path, nor is one that something between an outer router and this layer has written anew.
    ///
    /// Such a request waits for keys 250 ms at the most. A route that is added to the router after the layer needs no such exception, as the layer does not stand before it.
    ///
    /// # Errors
    ///
    /// A pattern that means something else than it seems to: an empty one, one without a leading `/`, with parameters, with a `*` elsewhere, or that no
    /// request could have; and `/*`, which is every path.
    ///
    /// ```
    /// # use axum::Router;
    /// # use oauth2_guard::{BuildError, ResourceServer};
    /// # fn app(server: ResourceServer, routes: Router) -> Result<Router, BuildError> {
    /// let app = routes.layer(server.layer().public_paths(["/health", "/docs/*"])?);
    /// # Ok(app) }
    /// ```
    pub fn public_paths<P: Into<String>>(
        mut self,
        paths: impl IntoIterator<Item = P>,
    ) -> Result<Self, BuildError> {
        let paths = PublicPaths::parse(paths)?;
        let exemptions = &mut self.settings().exemptions;
        exemptions.public_paths = core::mem::take(&mut exemptions.public_paths).and(paths);
        Ok(self)
    }

    /// Lets requests of these methods pass, with any token, bad or good, or none: `GET` and `HEAD` for what everybody may read. None by default.
    ///
    /// Not those that are to be upgraded (WebSockets), nor those that name another method (`X-HTTP-Method-Override` and its like, or `_method` in the
    /// query).
    ///
    /// ```
    /// # use axum::{Router, http::Method};
    /// # use oauth2_guard::ResourceServer;
    /// # fn app(server: ResourceServer, routes: Router) -> Router {
    /// routes.layer(server.layer().safe_methods([Method::GET, Method::HEAD, Method::OPTIONS]))
    /// # }
    /// ```
    pub fn safe_methods(mut self, methods: impl IntoIterator<Item = Method>) -> Self {
        self.settings().exemptions.safe_methods.extend(methods);
        self
    }

    /// Lets CORS preflights pass, for a CORS layer or a handler that stands inside of this layer. It needs none of this outside, where it belongs: there it
    /// answers preflights itself, and puts its headers on refusals too.
    ///
    /// A preflight is `OPTIONS` with `Origin` and `Access-Control-Request-Method`, without a body, and without what names another method. Over HTTP/2 and
    /// later, where nothing in the head tells whether there is a body, the one of the request has to be `axum`'s and empty.
    ///
    /// ```
    /// # use axum::Router;
    /// # use oauth2_guard::ResourceServer;
    /// # fn app(server: ResourceServer, routes: Router) -> Router {
    /// routes.layer(server.layer().allow_preflight())
    /// # }
    /// ```
    pub fn allow_preflight(mut self) -> Self {
        self.settings().exemptions.preflights = true;
        self
    }

    /// Takes tokens from this cookie too, for pages whose server keeps the token where scripts cannot read it. `cross_site` says what keeps pages of other
    /// origins from using it; the last call counts.
    ///
    /// The value is the token as it is, without `Bearer` and without quotes; an empty one is none. Handlers do not see the cookie, and the answer gets
    /// `Cache-Control: private` unless it is stricter. Set it with `Secure`, `HttpOnly`, `SameSite` and, where it can be, a name that begins with `__Host-`.
    ///
    /// Refused: a second cookie of the name, and another credential beside it, with 400 (RFC 6750 §2); another origin, with 403.
    ///
    /// # Errors
    ///
    /// What cannot be the name of a cookie.
    ///
    /// ```
    /// # use axum::Router;
    /// # use oauth2_guard::{BuildError, ResourceServer};
    /// use oauth2_guard::layer::CrossSite;
    ///
    /// # fn app(server: ResourceServer, routes: Router) -> Result<Router, BuildError> {
    /// let origins = CrossSite::allowed_origins(["https://app.example.com"])?;
    /// let app = routes.layer(server.layer().cookie("__Host-access_token", origins)?);
    /// # Ok(app) }
    /// ```
    pub fn cookie(mut self, name: impl Into<String>, cross_site: CrossSite) -> Result<Self, BuildError> {
        self.settings().sources.cookie = Some(CookieName::parse(name.into())?);
        self.settings().origins.cookie = Some(cross_site);
        Ok(self)
    }

    /// Takes the token of a WebSocket's handshake from this parameter of the query too (RFC 6750 §2.3), for clients that can send it in no other way: a
    /// browser can (`websocket_protocol`, of the feature `ws`). Other requests are not looked at. The last call counts.
    ///
    /// Addresses are written down wherever they pass: in the logs of proxies and of this server (a span of `tower_http::trace::TraceLayer` has it), in histories, in
    /// `Referer`. Handlers do not see the parameter, neither in the `Uri` nor in the `OriginalUri`; what stands outside of this layer does. Have such tokens live
    /// for a few seconds.
    ///
    /// `origins` are the pages that may do so: a handshake without one of these as its `Origin` is refused with 403. A parameter
    /// that is there twice or is empty, and another credential beside it, is refused with 400.
    ///
    /// # Errors
    ///
    /// A name that would have to be encoded; what is no [origin](CrossSite::allowed_origins); a list of none.
    ///
    /// ```
    /// # use axum::Router;
    /// # use oauth2_guard::{BuildError, ResourceServer};
    /// # fn app(server: ResourceServer, routes: Router) -> Result<Router, BuildError> {
    /// let app = routes.layer(server.layer().insecure_query_parameter("access_token", ["https://app.example.com"])?);
    /// # Ok(app) }
    /// ```
    pub fn insecure_query_parameter<O: Into<String>>(
        self,
        name: impl Into<String>,
        origins: impl IntoIterator<Item = O>,
    ) -> Result<Self, BuildError> {
        self.query_parameter(name.into(), origins, false)
    }

    /// Takes the token of any request from this parameter of the query too: as [`insecure_query_parameter`](Self::insecure_query_parameter), for
    /// links to files that a browser is to open, say. `origins` are those of handshakes; other requests may come from anywhere.
    ///
    /// Their answers get `Cache-Control: private` (RFC 6750 §2.3) unless they are stricter.
    ///
    /// # Errors
    ///
    /// As of [`insecure_query_parameter`](Self::insecure_query_parameter).
    ///
    /// ```
    /// # use axum::Router;
    /// # use oauth2_guard::{BuildError, ResourceServer};
    /// # fn app(server: ResourceServer, files: Router) -> Result<Router, BuildError> {
    /// let layer = server.layer();
    /// let layer = layer.insecure_query_parameter_for_all_requests("access_token", ["https://app.example.com"])?;
    /// # Ok(files.layer(layer)) }
    /// ```
    pub fn insecure_query_parameter_for_all_requests<O: Into<String>>(
        self,
        name: impl Into<String>,
        origins: impl IntoIterator<Item = O>,
    ) -> Result<Self, BuildError> {
        self.query_parameter(name.into(), origins, true)
    }

    fn query_parameter<O: Into<String>>(
        mut self,
        name: String,
        origins: impl IntoIterator<Item = O>,
        for_all_requests: bool,
    ) -> Result<Self, BuildError> {
        self.settings().sources.query = Some(QueryParameter::parse(name, for_all_requests)?);
        self.settings().origins.query = Some(Origins::parse(origins)?);
        Ok(self)
    }

    /// Takes the token of a WebSocket's handshake from `Sec-WebSocket-Protocol` too, the one header of it that a page can write: where it offers
    /// `marker`, the next protocol is the token, as in `new WebSocket(url, ["bearer", token])`. The last call counts.
    ///
    /// Handlers do not see the token, so that none can select it, and with it send it back. They see the marker, and whatever else is offered; the marker is what is
    /// selected unless the handler selects another. Of other requests the header is not looked at.
    ///
    /// A marker with no token after it or with something else, one that is there twice, and another credential beside it, are refused with 400.
    ///
    /// # Errors
    ///
    /// What cannot be the name of a protocol (RFC 6455 §4.1).
    ///
    /// ```
    /// # use axum::Router;
    /// # use oauth2_guard::{BuildError, ResourceServer};
    /// # fn app(server: ResourceServer, routes: Router) -> Result<Router, BuildError> {
    /// let app = routes.layer(server.layer().websocket_protocol("bearer")?);
    /// # Ok(app) }
    /// ```
    #[cfg(feature = "ws")]
    pub fn websocket_protocol(mut self, marker: impl AsRef<str>) -> Result<Self, BuildError> {
        self.settings().sources.protocol = Some(ProtocolMarker::parse(marker.as_ref())?);
        Ok(self)
    }

    /// Takes upgrades (WebSockets) from pages of these origins alone, byte by byte: CORS does not hold for them. Another `Origin`, `null` and two of them
    /// are refused with 403, whatever the token came in. What sends none is no browser, and passes if its token came in a header. The last call counts.
    ///
    /// # Errors
    ///
    /// What is no [origin](CrossSite::allowed_origins); a list of none.
    ///
    /// ```
    /// # use axum::Router;
    /// # use oauth2_guard::{BuildError, ResourceServer};
    /// # fn app(server: ResourceServer, routes: Router) -> Result<Router, BuildError> {
    /// let app = routes.layer(server.layer().allowed_origins(["https://app.example.com"])?);
    /// # Ok(app) }
    /// ```
    pub fn allowed_origins<O: Into<String>>(
        mut self,
        origins: impl IntoIterator<Item = O>,
    ) -> Result<Self, BuildError> {
        self.settings().origins.upgrades = Some(Origins::parse(origins)?);
        Ok(self)
    }

    /// Opens the WebSockets that are refused, by this layer or by a guard behind it, and closes them with code 1008 and a short reason at once. Of a
    /// handshake that fails a browser tells a page nothing; of a close it tells code and reason (`CloseEvent`).
    ///
    /// The reason is the `error` of the [answer](crate::Rejection) that it stands for, or, where that has none, `no_credentials`, `not_found`,
    /// `temporarily_unavailable` (503) or `server_error` (500). Of that answer the log has the status, under `oauth2_guard::websocket`, at the level `DEBUG`.
    ///
    /// Nothing that the peer sends is looked at, and it has two seconds to answer the close. The plain answer is given
    ///
    /// * where more than 256 are being closed,
    /// * where the request is no whole handshake (RFC 6455 §4.2.1, RFC 8441 §5),
    /// * where it offers protocols, and the marker of [`websocket_protocol`](Self::websocket_protocol) is not among them: a browser takes no socket that selects
    ///   none, and what is offered may be a token,
    /// * to a page of a foreign origin,
    /// * where a check that failed has an answer of its own.
    ///
    /// For WebSockets over HTTP/2 `axum` needs its feature `http2`.
    ///
    /// ```
    /// # use axum::Router;
    /// # use oauth2_guard::{BuildError, ResourceServer};
    /// # fn app(server: ResourceServer, routes: Router) -> Result<Router, BuildError> {
    /// let app = routes.layer(server.layer().websocket_protocol("bearer")?.close_refused_websockets());
    /// # Ok(app) }
    /// ```
    #[cfg(feature = "ws")]
    pub fn close_refused_websockets(mut self) -> Self {
        self.settings().closings.get_or_insert_default();
        self
    }

    /// Asks `P` of every token, whatever the route asks of it besides: refused with 403 otherwise. The last call counts.
    ///
    /// It knows the token and nothing else: with a `P` that asks for an owner, a check, or the route's parameters it does not compile.
    ///
    /// ```
    /// use axum::Router;
    /// use oauth2_guard::{ResourceServer, policy};
    ///
    /// #[policy(scopes = "openid")]
    /// struct OpenId;
    ///
    /// # fn app(server: ResourceServer, routes: Router) -> Router {
    /// routes.layer(server.layer().require::<OpenId>())
    /// # }
    /// ```
    pub fn require<P: Policy<Checks = ()>>(mut self) -> Self {
        self.settings().base = Some(const { of_the_token_alone(&P::RULE) });
        self
    }
}

/// # Panics
///
/// When the rule asks for more than the token. In a constant that is a compile error.
#[expect(clippy::panic, reason = "meant for constants, where it is the compile error")]
const fn of_the_token_alone(rule: &'static Rule) -> &'static Rule {
    if rule.objects() > 0 {
        panic!(
            "this rule asks who owns an object, and the layer knows none: ask it of the routes that have one"
        );
    }
    if rule.asks_path() {
        panic!(
            "this rule asks for a parameter of the route, and the layer knows none: ask it of the routes that have it"
        );
    }
    rule
}

impl From<&ResourceServer> for GuardLayer {
    fn from(server: &ResourceServer) -> Self {
        server.layer()
    }
}

impl<S> Layer<S> for GuardLayer {
    type Service = GuardService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        GuardService::new(inner, Arc::clone(&self.0))
    }
}
