//! The routes that are asked, and how they are asked without a network.

use std::convert::Infallible;
use std::fmt::Debug;
use std::future::{Ready, ready};
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, Request, StatusCode};
use axum::response::Response;
use axum::routing::get;
use oauth2_guard::layer::GuardService;
use oauth2_guard::{Claims, ResourceServer, requires};
use serde::Deserialize;
use tower::{Layer, Service};

use crate::now;

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "that they are there is what is measured")]
struct Me {
    sub: String,
    client_id: String,
    jti: String,
    roles: Vec<String>,
    email: String,
}

async fn bare() {}

#[requires(scopes = "orders:read")]
async fn guarded() {}

#[requires(scopes = "orders:read")]
async fn typed(_: Claims<Me>) {}

#[requires(scopes = "orders:read", owner(whose))]
async fn owned(whose: Path<String>) {
    let _ = whose;
}

async fn unowned(_: Path<String>) {}

#[requires(scopes = "absent")]
async fn denied() {}

/// `/guarded`, `/typed`, `/owned/{whose}` and `/denied` under the layer of the server; `/nothing` under one that does nothing, `/refused` under one that
/// refuses whatever comes; `/bare` and `/unowned/{whose}` under none.
pub fn app(server: &ResourceServer) -> Router {
    let nothing = Router::new().route("/nothing", get(bare)).layer(Nothing);
    let refused = Router::new().route("/refused", get(bare)).layer(Refusing::default());
    Router::new()
        .route("/guarded", get(guarded))
        .route("/typed", get(typed))
        .route("/owned/{whose}", get(owned))
        .route("/denied", get(denied))
        .layer(server.layer())
        .merge(nothing)
        .merge(refused)
        .route("/bare", get(bare))
        .route("/unowned/{whose}", get(unowned))
        // As `axum::serve` does: a router without its state makes its handlers and layers anew for each request.
        .with_state(())
}

/// `/guarded` with the layer around the router, rather than around each of its routes.
pub fn around(server: &ResourceServer) -> GuardService<Router> {
    server.layer().layer(Router::new().route("/guarded", get(guarded)).with_state(()))
}

/// A caller of one route, with one token or none, who knows what is answered.
#[derive(Clone, Debug)]
pub struct Caller<S = Router> {
    app: S,
    path: &'static str,
    status: StatusCode,
}

impl<S: Service<Request<Body>, Response = Response, Error: Debug> + Clone> Caller<S> {
    /// Expects this answer.
    pub fn new(app: &S, path: &'static str, status: StatusCode) -> Self {
        Self { app: app.clone(), path, status }
    }

    /// # Panics
    ///
    /// When the answer is another one, or is not there at once.
    pub fn call(&mut self, credentials: Option<&HeaderValue>) {
        let mut request = Request::get(self.path).body(Body::empty()).expect("a request");
        if let Some(credentials) = credentials {
            request.headers_mut().insert(AUTHORIZATION, credentials.clone());
        }
        let response = now(self.app.call(request)).expect("an answer");
        assert_eq!(response.status(), self.status);
    }
}

/// As the value of `Authorization`.
///
/// # Panics
///
/// When the token has characters that no header has.
pub fn bearer(token: &str) -> HeaderValue {
    HeaderValue::from_str(&format!("Bearer {token}")).expect("a header value")
}

/// A layer that does nothing: what it costs that there is one.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Nothing;

/// What it makes of a service.
#[derive(Clone, Debug)]
pub struct Unchanged<S>(S);

impl<S> Layer<S> for Nothing {
    type Service = Unchanged<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Unchanged(inner)
    }
}

impl<S: Service<R>, R> Service<R> for Unchanged<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: R) -> Self::Future {
        self.0.call(request)
    }
}

/// A layer that refuses everybody in the same bytes, and looks at nothing: what a refusal costs at the least.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Refusing {
    /// A layer has something as a rule, and axum boxes it.
    something: Arc<()>,
}

/// What it makes of a service.
#[derive(Clone, Debug)]
pub struct Refused(#[expect(dead_code, reason = "a layer has something as a rule")] Arc<()>);

impl<S> Layer<S> for Refusing {
    type Service = Refused;

    fn layer(&self, _: S) -> Refused {
        Refused(Arc::clone(&self.something))
    }
}

impl<R> Service<R> for Refused {
    type Response = Response;
    type Error = Infallible;
    type Future = Ready<Result<Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: R) -> Self::Future {
        const BODY: &str = r#"{"title":"Unauthorized","status":401,"detail":"an access token is required"}"#;
        let mut response = Response::new(Body::from(BODY));
        *response.status_mut() = StatusCode::UNAUTHORIZED;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(r#"Bearer realm="api""#));
        ready(Ok(response))
    }
}
