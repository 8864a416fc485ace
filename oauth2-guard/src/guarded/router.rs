//! The router: axum's own, of guarded handlers alone, that knows what was added to it.

use core::any::type_name;
use core::convert::Infallible;
use core::fmt;
use core::panic::Location;

use axum::Router;
use axum::extract::Request;
use axum::handler::Handler;
use axum::response::IntoResponse;
use axum::routing::{self, Route};
use http::StatusCode;
use tower_layer::Layer;
use tower_service::Service;

use super::argument::{Arguments, Guarded};
use super::fallback::Fallback;
use super::group::{GroupLayer, Requirement, has_no_owner};
use super::method_router::{GuardedRoute, handled};
use super::protected::ProtectedRouter;
use super::row::{Endpoint, Handled, Place, Row};
use crate::access::AccessMap;
use crate::check::Checks;
use crate::layer::GuardLayer;
use crate::policy::{Policy, Rule};

/// A router that takes guarded handlers alone: a route that does not say who may call it does not compile. It knows all of them, so
/// that it can [tell](Self::access_map).
///
/// It is axum's [`Router`], with the same paths, states, extractors and layers. Where that takes a handler, this takes one with
/// [`#[requires]`](macro@crate::requires) or [`#[public]`](macro@crate::public), or with a [`Guard<P>`](crate::Guard) or an
/// [`Owned<T, P>`](crate::Owned) as its first argument. [`protect`](Self::protect) puts the layer before everything, whatever was added when.
///
/// ```
/// use oauth2_guard::{GuardedRouter, ProtectedRouter, ResourceServer, guarded, policy, public, requires};
///
/// #[policy(roles = "admin")]
/// struct Admin;
///
/// #[requires(scopes = "orders:read")]
/// async fn read() {}
///
/// #[requires(scopes = "orders:write")]
/// async fn cancel() {}
///
/// #[requires]
/// async fn figures() {}
///
/// #[public]
/// async fn health() -> &'static str {
///     "up"
/// }
///
/// fn routes() -> GuardedRouter {
///     let admin = GuardedRouter::new().route("/figures", guarded::get(figures)).require::<Admin>();
///     GuardedRouter::new()
///         .route("/orders/{id}", guarded::get(read).delete(cancel))
///         .nest("/admin", admin)
///         .route("/health", guarded::get(health))
/// }
///
/// # fn app(server: ResourceServer) -> ProtectedRouter {
/// let app = routes().protect(&server);
/// # app }
/// assert_eq!(routes().access_map().to_string(), "\
/// GET, HEAD  /admin/figures  Admin
/// GET, HEAD  /health         public
/// GET, HEAD  /orders/{id}    scopes = \"orders:read\"
/// DELETE     /orders/{id}    scopes = \"orders:write\"
///
/// Admin is roles = \"admin\"
/// ");
/// ```
///
/// What cannot have a guard, such as a service, is added [by a name that says so](Self::route_unguarded).
#[must_use = "it serves nothing until it is protected"]
pub struct GuardedRouter<S = ()> {
    router: Router<S>,
    fallbacks: Vec<Fallback<S>>,
    /// In place of one that was not set, with the layers that it would have.
    not_found: Fallback<S>,
    rows: Vec<Row>,
    /// Of every route, whenever it is added: the first is the outermost.
    requirements: Vec<Requirement>,
}

impl<S> GuardedRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    /// Without routes.
    pub fn new() -> Self {
        Self {
            router: Router::new(),
            fallbacks: Vec::new(),
            not_found: Fallback::new(async || StatusCode::NOT_FOUND),
            rows: Vec::new(),
            requirements: Vec::new(),
        }
    }

    /// Adds a route. Its methods come from [`guarded::get`](super::get) and its like.
    ///
    /// # Panics
    ///
    /// As axum's [`Router::route`] does: on a path that overlaps with another, or that is none.
    #[track_caller]
    pub fn route(mut self, path: &str, methods: impl GuardedRoute<S>) -> Self {
        let methods = methods.into_method_router();
        self.router = self.router.route(path, methods.inner);
        self.add_all(Place::Route, path, methods.endpoints);
        self
    }

    /// Adds a route **that anybody may call**: nobody is asked for a token, unless a [`require`](Self::require) of this router or of one around it does.
    ///
    /// For services and handlers of others, which cannot have a guard: files, a page of documentation, metrics. In the map it is `NOT GUARDED`, for any
    /// method. A handler of one's own that is for everybody is better a `#[public]` one.
    ///
    /// # Panics
    ///
    /// As axum's [`Router::route`] does.
    ///
    /// ```
    /// use axum::{response::Redirect, routing};
    /// use oauth2_guard::GuardedRouter;
    ///
    /// let routes: GuardedRouter = GuardedRouter::new()
    ///     .route_unguarded("/", routing::get(|| async { Redirect::to("https://docs.example.com") }));
    /// assert_eq!(routes.access_map().to_string(), "any  /  NOT GUARDED\n");
    /// ```
    #[track_caller]
    pub fn route_unguarded(mut self, path: &str, methods: routing::MethodRouter<S>) -> Self {
        let handled = Handled::plain(type_name::<routing::MethodRouter<S>>(), Location::caller());
        self.router = self.router.route(path, methods);
        self.add(Place::Route, path, Endpoint { method: None, handled });
        self
    }

    /// Adds a service **that anybody may call** for a path and everything below it, as [`route_unguarded`](Self::route_unguarded) does for one path.
    ///
    /// # Panics
    ///
    /// As axum's [`Router::nest_service`] does.
    ///
    /// ```
    /// use oauth2_guard::{GuardedRouter, policy};
    ///
    /// #[policy(roles = "staff")]
    /// struct Staff;
    ///
    /// # let files = axum::Router::new();
    /// let routes: GuardedRouter = GuardedRouter::new().nest_unguarded("/manuals", files).require::<Staff>();
    /// assert_eq!(routes.access_map().to_string(), "any  /manuals/*  Staff\n\nStaff is roles = \"staff\"\n");
    /// ```
    #[track_caller]
    pub fn nest_unguarded<T>(mut self, path: &str, service: T) -> Self
    where
        T: Service<Request, Error = Infallible> + Clone + Send + Sync + 'static,
        T::Response: IntoResponse,
        T::Future: Send + 'static,
    {
        self.router = self.router.nest_service(path, service);
        let handled = Handled::plain(type_name::<T>(), Location::caller());
        self.add(Place::Nested, path, Endpoint { method: None, handled });
        self
    }

    /// Adds the routes of another router below a path. What that one requires holds of its routes alone; what this one requires, of these too.
    ///
    /// # Panics
    ///
    /// As axum's [`Router::nest`] does.
    #[track_caller]
    pub fn nest(mut self, path: &str, router: Self) -> Self {
        let Self { router, fallbacks, rows, .. } = router.closed();
        self.router = self.router.nest(path, router);
        self.fallbacks.extend(fallbacks.into_iter().map(|fallback| fallback.nested_at(path)));
        self.rows.extend(rows.into_iter().map(|row| row.nested_at(path)));
        self
    }

    /// Adds the routes of another router. What that one requires holds of its routes alone; what this one requires, of these too.
    ///
    /// # Panics
    ///
    /// As axum's [`Router::merge`] does: on routes that overlap, and where both have a fallback.
    #[track_caller]
    pub fn merge(mut self, other: Self) -> Self {
        let Self { router, fallbacks, rows, .. } = other.closed();
        assert!(
            !(self.has_fallback() && fallbacks.iter().any(Fallback::is_of_all)),
            "Cannot merge two routers that both have a fallback"
        );
        self.router = self.router.merge(router);
        self.fallbacks.extend(fallbacks);
        self.rows.extend(rows);
        self
    }

    /// Serves what no route does, by a guarded handler. Without one, [`protect`](Self::protect) answers 404 to who brings a token, and 401 to others, so that
    /// nobody else learns which routes there are.
    #[track_caller]
    pub fn fallback<H, T>(mut self, handler: H) -> Self
    where
        H: Handler<T, S> + Guarded<T::First>,
        T: Arguments + 'static,
    {
        let handled = handled::<H, T, S>(Location::caller());
        self.drop_fallback();
        self.fallbacks.push(Fallback::new(handler));
        self.add(Place::Fallback, "", Endpoint { method: None, handled });
        self
    }

    /// Serves requests of other methods than those of their route, by a guarded handler, for the routes that are there. Without one, they are answered with 405
    /// if they bring a token, and 401 otherwise.
    #[track_caller]
    pub fn method_not_allowed_fallback<H, T>(mut self, handler: H) -> Self
    where
        H: Handler<T, S> + Guarded<T::First>,
        T: Arguments + 'static,
    {
        let handled = handled::<H, T, S>(Location::caller());
        self.router = self.router.method_not_allowed_fallback(handler);
        let routes = || self.rows.iter().filter(|row| row.place == Place::Route);
        let mut paths: Vec<String> = Vec::new();
        for row in routes() {
            let is_whole = routes().any(|other| other.path == row.path && other.endpoint.method.is_none());
            if !is_whole && !paths.contains(&row.path) {
                paths.push(row.path.clone());
            }
        }
        for path in paths {
            let handled = handled.clone();
            self.rows.push(Row { place: Place::Route, path, endpoint: Endpoint { method: None, handled } });
        }
        self
    }

    /// Requires `P` of every request to this router: beside what each route asks for itself, and before that. It holds of all of its routes, also of those that
    /// are added or nested later, and of its fallback; it wins over [`#[public]`](macro@crate::public) and over
    /// [`route_unguarded`](Self::route_unguarded). It does not hold of what else is in a router that this one is nested in, or merged into.
    ///
    /// For a policy whose checks take a state there is [`require_with_state`](Self::require_with_state). With a `P` that asks for an owner it does not compile.
    ///
    /// ```
    /// use oauth2_guard::{GuardedRouter, guarded, policy, requires};
    ///
    /// #[policy(roles = "admin")]
    /// struct Admin;
    ///
    /// #[requires(scopes = "orders:read")]
    /// async fn all_orders() {}
    ///
    /// let admin: GuardedRouter = GuardedRouter::new().require::<Admin>().route("/orders", guarded::get(all_orders));
    /// assert!(admin.access_map().to_string().starts_with("GET, HEAD  /orders  Admin, scopes = \"orders:read\""));
    /// ```
    pub fn require<P: Policy>(self) -> Self
    where
        P::Checks: Checks<()>,
    {
        const { has_no_owner(&P::RULE) };
        self.require_with_state::<P, ()>(())
    }

    /// As [`require`](Self::require), for a policy whose checks take a state, which need not be that of the routes.
    ///
    /// ```
    /// use axum::extract::State;
    /// use oauth2_guard::{Claims, GuardedRouter, check, policy};
    ///
    /// #[derive(Clone)]
    /// struct Db;
    ///
    /// #[check]
    /// async fn is_active(Claims(me): Claims, State(db): State<Db>) -> bool {
    ///     # let _ = db;
    ///     me.sub.is_some()
    /// }
    ///
    /// #[policy(check = is_active)]
    /// struct Active;
    ///
    /// # fn of(db: Db, routes: GuardedRouter) -> GuardedRouter {
    /// routes.require_with_state::<Active, _>(db)
    /// # }
    /// ```
    pub fn require_with_state<P: Policy, T>(mut self, state: T) -> Self
    where
        P::Checks: Checks<T>,
        T: Send + Sync + 'static,
    {
        const { has_no_owner(&P::RULE) };
        self.requirements.push(Requirement::new::<P, T>(state));
        self
    }

    /// Puts a layer before what is there, as axum's [`Router::layer`] does. What this router [requires](Self::require), and the layer of
    /// [`protect`](Self::protect), come before it: what is to see refusals too goes on the [`ProtectedRouter`].
    pub fn layer<L>(mut self, layer: L) -> Self
    where
        L: Layer<Route> + Clone + Send + Sync + 'static,
        L::Service: Service<Request> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Error: Into<Infallible> + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        self.router = self.router.layer(layer.clone());
        self.fallbacks = self.fallbacks.into_iter().map(|fallback| fallback.layer(layer.clone())).collect();
        self.not_found = self.not_found.layer(layer);
        self
    }

    /// Puts a layer before the routes that are there, and not before the fallback, as axum's [`Router::route_layer`] does.
    ///
    /// # Panics
    ///
    /// When there are no routes.
    #[track_caller]
    pub fn route_layer<L>(mut self, layer: L) -> Self
    where
        L: Layer<Route> + Clone + Send + Sync + 'static,
        L::Service: Service<Request> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Error: Into<Infallible> + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        self.router = self.router.route_layer(layer);
        self
    }

    /// Takes the fallback away, as axum's [`Router::reset_fallback`] does.
    pub fn reset_fallback(mut self) -> Self {
        self.drop_fallback();
        self.router = self.router.reset_fallback();
        self.not_found = Fallback::new(async || StatusCode::NOT_FOUND);
        self
    }

    /// Lets paths have segments that begin with `:` or `*`, as axum's [`Router::without_v07_checks`] does.
    pub fn without_v07_checks(mut self) -> Self {
        self.router = self.router.without_v07_checks();
        self
    }

    /// Gives the handlers the state that they take.
    pub fn with_state<S2>(self, state: S) -> GuardedRouter<S2> {
        let Self { router, fallbacks, not_found, rows, requirements } = self;
        GuardedRouter {
            not_found: not_found.with_state(state.clone()),
            router: router.with_state(state.clone()),
            fallbacks: fallbacks.into_iter().map(|fallback| fallback.with_state(state.clone())).collect(),
            rows,
            requirements,
        }
    }

    /// Whether there are routes.
    #[must_use]
    pub fn has_routes(&self) -> bool {
        self.router.has_routes()
    }

    /// Who may call what: every route, with what it asks for.
    ///
    /// ```
    /// use oauth2_guard::GuardedRouter;
    /// # fn routes() -> GuardedRouter { GuardedRouter::new() }
    ///
    /// println!("{}", routes().access_map());
    /// ```
    #[must_use]
    pub fn access_map(&self) -> AccessMap {
        let rules = self.required();
        AccessMap::new(self.rows.iter().map(|row| row.clone().below(&rules)))
    }

    /// axum's own router, with the guards and nothing before them: for layers that are put on by hand. The one of
    /// [`ResourceServer::layer`](crate::ResourceServer::layer) must be among them, or guards answer 500; before a
    /// [`#[public]`](macro@crate::public) route it asks for a token too. Mostly [`protect`](Self::protect) is what is wanted.
    pub fn into_router(self) -> Router<S> {
        let Self { router, fallbacks, .. } = self.closed();
        fallbacks.into_iter().fold(router, |router, fallback| fallback.behind(router))
    }

    /// The router with what it requires put before its routes. Nothing is added to it any more.
    fn closed(mut self) -> Self {
        let rules = self.required();
        let requirements = core::mem::take(&mut self.requirements);
        if requirements.is_empty() {
            return self;
        }
        let layer = GroupLayer(requirements.into());
        if self.router.has_routes() {
            self.router = self.router.route_layer(layer.clone());
        }
        self.fallbacks = self.fallbacks.into_iter().map(|fallback| fallback.layer(layer.clone())).collect();
        self.rows = self.rows.into_iter().map(|row| row.below(&rules)).collect();
        self
    }

    fn required(&self) -> Vec<&'static Rule> {
        self.requirements.iter().map(|requirement| requirement.rule).collect()
    }

    fn has_fallback(&self) -> bool {
        self.fallbacks.iter().any(Fallback::is_of_all)
    }

    /// A later fallback replaces an earlier one.
    fn drop_fallback(&mut self) {
        self.fallbacks.retain(|fallback| !fallback.is_of_all());
        self.rows.retain(|row| !(row.place == Place::Fallback && row.path.is_empty()));
    }

    fn add_all(&mut self, place: Place, path: &str, endpoints: Vec<Endpoint>) {
        endpoints.into_iter().for_each(|endpoint| self.add(place, path, endpoint));
    }

    fn add(&mut self, place: Place, path: &str, endpoint: Endpoint) {
        self.rows.push(Row { place, path: path.to_owned(), endpoint });
    }
}

impl GuardedRouter {
    /// Puts the layer of a server before everything: routes, whenever they were added, fallbacks, 404 and 405. It takes a
    /// [`ResourceServer`](crate::ResourceServer), or its [`layer`](crate::ResourceServer::layer) with settings of its own.
    ///
    /// Every request has to bring a token, save those to a [`#[public]`](macro@crate::public) route, or to one that is
    /// [unguarded](Self::route_unguarded), which pass with any token, bad or good, or none, as those to
    /// [`public_paths`](GuardLayer::public_paths) do. Which route is meant is found by axum itself, and asked where the layer is about to refuse: it costs nothing
    /// where a token is accepted.
    ///
    /// ```
    /// # use oauth2_guard::{GuardedRouter, ProtectedRouter, ResourceServer};
    /// # async fn serve(routes: GuardedRouter, server: ResourceServer) -> std::io::Result<()> {
    /// let app = routes.protect(&server);
    /// let listener = tokio::net::TcpListener::bind("0.0.0.0:3000").await?;
    /// axum::serve(listener, app).await
    /// # }
    /// ```
    ///
    /// With settings:
    ///
    /// ```
    /// # use oauth2_guard::{BuildError, GuardedRouter, ProtectedRouter, ResourceServer, layer::CrossSite};
    /// # fn app(routes: GuardedRouter, server: ResourceServer) -> Result<ProtectedRouter, BuildError> {
    /// let origins = CrossSite::allowed_origins(["https://app.example.com"])?;
    /// Ok(routes.protect(server.layer().cookie("__Host-access_token", origins)?))
    /// # }
    /// ```
    pub fn protect(self, layer: impl Into<GuardLayer>) -> ProtectedRouter {
        let mut this = self.closed();
        if !this.has_fallback() {
            this.fallbacks.push(this.not_found.clone());
        }
        let rows = core::mem::take(&mut this.rows);
        ProtectedRouter::new(this.into_router(), rows, layer.into())
    }
}

impl<S: Clone + Send + Sync + 'static> Default for GuardedRouter<S> {
    fn default() -> Self {
        Self::new()
    }
}

impl<S> Clone for GuardedRouter<S> {
    fn clone(&self) -> Self {
        Self {
            router: self.router.clone(),
            fallbacks: self.fallbacks.clone(),
            not_found: self.not_found.clone(),
            rows: self.rows.clone(),
            requirements: self.requirements.clone(),
        }
    }
}

impl<S> fmt::Debug for GuardedRouter<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuardedRouter")
            .field("rows", &self.rows)
            .field("requires", &self.requirements)
            .finish_non_exhaustive()
    }
}
