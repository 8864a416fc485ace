//! The methods of a path: axum's `MethodRouter`, of guarded handlers alone.

use core::any::type_name;
use core::convert::Infallible;
use core::fmt;
use core::panic::Location;

use axum::extract::Request;
use axum::handler::Handler;
use axum::response::IntoResponse;
use axum::routing::{self, MethodFilter, Route};
use http::Method;
use tower_layer::Layer;
use tower_service::Service;

use super::argument::{Arguments, Guarded};
use super::row::{Endpoint, Handled};
use crate::policy::Rule;

/// What is served at one path: a guarded handler for each method. [`get`] and its like make one.
///
/// It is axum's [`MethodRouter`](routing::MethodRouter), which takes guarded handlers alone: those with
/// [`#[requires]`](macro@crate::requires) or [`#[public]`](macro@crate::public), or with a [`Guard<P>`](crate::Guard) or an
/// [`Owned<T, P>`](crate::Owned) as their first argument.
///
/// ```
/// use oauth2_guard::{GuardedRouter, guarded, requires};
///
/// #[requires(scopes = "orders:read")]
/// async fn read() {}
///
/// #[requires(scopes = "orders:write")]
/// async fn cancel() {}
///
/// let routes: GuardedRouter = GuardedRouter::new().route("/orders/{id}", guarded::get(read).delete(cancel));
/// ```
///
/// A handler without a guard does not compile:
///
/// ```compile_fail
/// # use oauth2_guard::{GuardedRouter, guarded};
/// async fn read() {}
///
/// let routes: GuardedRouter = GuardedRouter::new().route("/orders/{id}", guarded::get(read));
/// ```
/// ```text
/// error[E0277]: nothing says who may call `fn() -> impl Future<Output = ()> {read}`
///   = note: write `#[requires(..)]` above it, as in `#[requires(scopes = "orders:read")]`, `#[requires]` for any valid token, or `#[public]`
/// ```
#[must_use = "it serves nothing until it is given to a router"]
pub struct MethodRouter<S = ()> {
    pub(super) inner: routing::MethodRouter<S>,
    pub(super) endpoints: Vec<Endpoint>,
}

/// The methods that axum tells apart, in the order in which they are listed.
pub(super) const METHODS: [(MethodFilter, Method); 9] = [
    (MethodFilter::GET, Method::GET),
    (MethodFilter::HEAD, Method::HEAD),
    (MethodFilter::POST, Method::POST),
    (MethodFilter::PUT, Method::PUT),
    (MethodFilter::PATCH, Method::PATCH),
    (MethodFilter::DELETE, Method::DELETE),
    (MethodFilter::OPTIONS, Method::OPTIONS),
    (MethodFilter::TRACE, Method::TRACE),
    (MethodFilter::CONNECT, Method::CONNECT),
];

macro_rules! functions {
    ($($name:ident $method:ident)*) => {$(
        #[doc = concat!("Serves `", stringify!($method), "` requests by a guarded handler.")]
        #[doc = functions!(@note $method)]
        ///
        /// ```
        /// use oauth2_guard::{guarded, requires};
        ///
        /// #[requires]
        /// async fn answer() {}
        ///
        #[doc = concat!("let at_a_path: guarded::MethodRouter = guarded::", stringify!($name), "(answer);")]
        /// ```
        #[track_caller]
        pub fn $name<H, T, S>(handler: H) -> MethodRouter<S>
        where
            H: Handler<T, S> + Guarded<T::First>,
            T: Arguments + 'static,
            S: Clone + Send + Sync + 'static,
        {
            on(MethodFilter::$method, handler)
        }
    )*};
    (@note GET) => { "`HEAD` too, without the body, unless there is a handler for that." };
    (@note $method:ident) => { "" };
}

functions!(get GET head HEAD post POST put PUT patch PATCH delete DELETE options OPTIONS trace TRACE connect CONNECT);

/// Serves requests of these methods by a guarded handler.
///
/// ```
/// use axum::routing::MethodFilter;
/// use oauth2_guard::{guarded, requires};
///
/// #[requires(scopes = "orders:write")]
/// async fn write() {}
///
/// let at_a_path: guarded::MethodRouter = guarded::on(MethodFilter::PUT.or(MethodFilter::PATCH), write);
/// ```
#[track_caller]
pub fn on<H, T, S>(filter: MethodFilter, handler: H) -> MethodRouter<S>
where
    H: Handler<T, S> + Guarded<T::First>,
    T: Arguments + 'static,
    S: Clone + Send + Sync + 'static,
{
    MethodRouter::new().on(filter, handler)
}

/// Serves requests of any method by a guarded handler, save those that get one of their own.
///
/// ```
/// use oauth2_guard::{guarded, requires};
///
/// #[requires(roles = "operator")]
/// async fn forward() {}
///
/// let at_a_path: guarded::MethodRouter = guarded::any(forward);
/// ```
#[track_caller]
pub fn any<H, T, S>(handler: H) -> MethodRouter<S>
where
    H: Handler<T, S> + Guarded<T::First>,
    T: Arguments + 'static,
    S: Clone + Send + Sync + 'static,
{
    let endpoint = Endpoint { method: None, handled: handled::<H, T, S>(Location::caller()) };
    MethodRouter { inner: routing::any(handler), endpoints: vec![endpoint] }
}

/// Of a handler: what its guard asks for, and what it is called.
pub(super) fn handled<H, T, S>(location: &'static Location<'static>) -> Handled
where
    H: Handler<T, S> + Guarded<T::First>,
    T: Arguments,
{
    let rule: Option<&'static Rule> = <H as Guarded<T::First>>::RULE;
    Handled::guarded(rule, type_name::<H>(), location)
}

macro_rules! methods {
    ($($name:ident $method:ident)*) => {$(
        #[doc = concat!("Serves `", stringify!($method), "` requests too.")]
        ///
        /// # Panics
        ///
        /// When there is a handler for them already.
        #[track_caller]
        pub fn $name<H, T>(self, handler: H) -> Self
        where
            H: Handler<T, S> + Guarded<T::First>,
            T: Arguments + 'static,
        {
            self.on(MethodFilter::$method, handler)
        }
    )*};
}

impl<S> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    /// What this library serves to everybody itself.
    #[track_caller]
    pub(crate) fn public(inner: routing::MethodRouter<S>, methods: &[Method], name: &'static str) -> Self {
        let handled = Handled::guarded(None, name, Location::caller());
        let endpoint = |method: &Method| Endpoint { method: Some(method.clone()), handled: handled.clone() };
        Self { inner, endpoints: methods.iter().map(endpoint).collect() }
    }

    /// Nothing: every method is answered with 405, to who brings a token.
    pub fn new() -> Self {
        Self { inner: routing::MethodRouter::new(), endpoints: Vec::new() }
    }

    methods!(get GET head HEAD post POST put PUT patch PATCH delete DELETE options OPTIONS trace TRACE connect CONNECT);

    /// Serves requests of these methods too.
    ///
    /// # Panics
    ///
    /// When there is a handler for one of them already.
    #[track_caller]
    pub fn on<H, T>(mut self, filter: MethodFilter, handler: H) -> Self
    where
        H: Handler<T, S> + Guarded<T::First>,
        T: Arguments + 'static,
    {
        let handled = handled::<H, T, S>(Location::caller());
        for (one, method) in METHODS {
            if filter.or(one) == filter {
                self.endpoints.push(Endpoint { method: Some(method), handled: handled.clone() });
            }
        }
        self.inner = self.inner.on(filter, handler);
        self
    }

    /// Serves requests of all other methods, in place of a 405.
    ///
    /// ```
    /// use axum::http::StatusCode;
    /// use oauth2_guard::{guarded, requires};
    ///
    /// #[requires]
    /// async fn read() {}
    ///
    /// #[requires]
    /// async fn only_reading() -> StatusCode {
    ///     StatusCode::METHOD_NOT_ALLOWED
    /// }
    ///
    /// let at_a_path: guarded::MethodRouter = guarded::get(read).fallback(only_reading);
    /// ```
    #[track_caller]
    pub fn fallback<H, T>(mut self, handler: H) -> Self
    where
        H: Handler<T, S> + Guarded<T::First>,
        T: Arguments + 'static,
    {
        self.endpoints.retain(|endpoint| endpoint.method.is_some());
        self.endpoints.push(Endpoint { method: None, handled: handled::<H, T, S>(Location::caller()) });
        self.inner = self.inner.fallback(handler);
        self
    }

    /// Those of `other` too.
    ///
    /// # Panics
    ///
    /// When both serve a method, or both have a fallback.
    #[track_caller]
    pub fn merge(mut self, other: Self) -> Self {
        self.inner = self.inner.merge(other.inner);
        self.endpoints.extend(other.endpoints);
        self
    }

    /// Puts a layer before each handler that is there, as axum's own does; and before the 405.
    ///
    /// ```
    /// use axum::extract::DefaultBodyLimit;
    /// use oauth2_guard::{guarded, requires};
    ///
    /// #[requires]
    /// async fn upload() {}
    ///
    /// let at_a_path: guarded::MethodRouter = guarded::post(upload).layer(DefaultBodyLimit::max(1024));
    /// ```
    pub fn layer<L>(mut self, layer: L) -> Self
    where
        L: Layer<Route> + Clone + Send + Sync + 'static,
        L::Service: Service<Request> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Error: Into<Infallible> + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        self.inner = self.inner.layer(layer);
        self
    }

    /// Puts a layer before each handler that is there, and not before the 405.
    ///
    /// # Panics
    ///
    /// When there is none.
    #[track_caller]
    pub fn route_layer<L>(mut self, layer: L) -> Self
    where
        L: Layer<Route> + Clone + Send + Sync + 'static,
        L::Service: Service<Request, Error = Infallible> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        self.inner = self.inner.route_layer(layer);
        self
    }

    /// Gives the handlers the state that they take.
    pub fn with_state<S2>(self, state: S) -> MethodRouter<S2> {
        MethodRouter { inner: self.inner.with_state(state), endpoints: self.endpoints }
    }
}

impl<S: Clone + Send + Sync + 'static> Default for MethodRouter<S> {
    fn default() -> Self {
        Self::new()
    }
}

impl<S> Clone for MethodRouter<S> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), endpoints: self.endpoints.clone() }
    }
}

impl<S> fmt::Debug for MethodRouter<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MethodRouter").field("endpoints", &self.endpoints).finish_non_exhaustive()
    }
}

/// What [`GuardedRouter::route`](super::GuardedRouter::route) takes: guarded handlers.
#[diagnostic::on_unimplemented(
    message = "nothing says who may call the handlers of a plain `{Self}`",
    label = "made by `axum::routing`",
    note = "write `oauth2_guard::guarded::get(..)` in place of `axum::routing::get(..)`, and likewise for other methods",
    note = "what cannot have a guard, such as a service, is added with `.route_unguarded(..)`"
)]
pub trait GuardedRoute<S>: sealed::Sealed {
    #[doc(hidden)]
    fn into_method_router(self) -> MethodRouter<S>;
}

impl<S> GuardedRoute<S> for MethodRouter<S> {
    fn into_method_router(self) -> Self {
        self
    }
}

mod sealed {
    #[expect(unnameable_types, reason = "nobody else implements it")]
    pub trait Sealed {}
    impl<S> Sealed for super::MethodRouter<S> {}
}
