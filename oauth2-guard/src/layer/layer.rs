use http::Method;
use tower_layer::Layer;

use super::admission::Admission;
use super::public_paths::PublicPaths;
use super::service::GuardService;
use crate::error::BuildError;
use crate::policy::{Policy, Rule};
use crate::server::ResourceServer;
use crate::standing::Leniency;

/// Verifies the token of every request that passes: [`ResourceServer::layer`] makes it.
///
/// A request without a token is refused, and so is one with a bad token. Of one with a good token the
/// [`OAuth2Claims`](crate::OAuth2Claims) are stored in the request, in place of any that were there.
///
/// | | no token | a bad token |
/// |---|---|---|
/// | by default | refused | refused |
/// | [`allow_anonymous`](Self::allow_anonymous) | passes | refused |
/// | [`public_paths`](Self::public_paths), [`safe_methods`](Self::safe_methods), [`allow_preflight`](Self::allow_preflight): these requests | pass | pass |
/// | [`insecure_observe_only`](Self::insecure_observe_only) | passes | passes |
///
/// Whatever passes, passes the layer alone: a guard ([`requires`](macro@crate::requires), [`Guard`](crate::Guard)) answers as if there was no such
/// setting, and a handler that takes claims gets none of a token that was not accepted.
#[derive(Clone, Debug)]
#[must_use = "a layer does nothing until it is put on a router or service"]
pub struct GuardLayer(Admission);

impl GuardLayer {
    pub(crate) fn new(server: ResourceServer) -> Self {
        Self(Admission::new(server))
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
        self.0.leniency = self.0.leniency.max(Leniency::Missing);
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
        self.0.leniency = Leniency::Any;
        self
    }

    /// Lets requests to these paths pass, with any token, bad or good, or none. A path is compared byte by byte, as the client sent it; one that ends with `/*` stands
    /// for everything below it, itself not included. A request whose path others may read in another way (percent-encodings, `//`, `;`, `\`, dot
    /// segments) is to no public path.
    ///
    /// A route that is added to the router after the layer needs no such exception, as the layer does not stand before it.
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
        self.0.exemptions.public_paths = self.0.exemptions.public_paths.and(paths);
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
        self.0.exemptions.safe_methods.extend(methods);
        self
    }

    /// Lets CORS preflights pass, for a CORS layer or a handler that stands inside of this layer. It needs none of this outside, where it belongs: there it
    /// answers preflights itself, and puts its headers on refusals too.
    ///
    /// A preflight is `OPTIONS` with `Origin` and `Access-Control-Request-Method`, without a body, and without what names another method.
    ///
    /// ```
    /// # use axum::Router;
    /// # use oauth2_guard::ResourceServer;
    /// # fn app(server: ResourceServer, routes: Router) -> Router {
    /// routes.layer(server.layer().allow_preflight())
    /// # }
    /// ```
    pub fn allow_preflight(mut self) -> Self {
        self.0.exemptions.preflights = true;
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
        self.0.base = Some(const { of_the_token_alone(&P::RULE) });
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

impl<S> Layer<S> for GuardLayer {
    type Service = GuardService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        GuardService::new(inner, self.0.clone())
    }
}
