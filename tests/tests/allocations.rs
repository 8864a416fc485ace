//! What a request allocates whose token was seen before, and one that is refused: a binary of its own, as it counts every allocation.
#![allow(clippy::arithmetic_side_effects, clippy::panic, clippy::unwrap_used)]

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use allocation_counter::measure;
use axum::Router;
use axum::body::Body;
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, Request, StatusCode};
use axum::response::Response;
use axum::routing::get;
use oauth2_guard::testing::{SigningKey, TestClock, TokenBuilder};
use oauth2_guard::{
    Algorithm, Claims, Clock, OAuth2Claims, Provider, ResourceServer, RevocationList, policy, requires,
};
use serde::Deserialize;
use serde_json::json;
use tower::{Layer, Service};

/// Does nothing, with what others share.
#[derive(Clone)]
struct Nothing<S>(S, #[expect(dead_code, reason = "a layer has something as a rule")] Arc<u64>);

struct NothingLayer;

impl<S> Layer<S> for NothingLayer {
    type Service = Nothing<S>;

    fn layer(&self, inner: S) -> Nothing<S> {
        Nothing(inner, Arc::new(0))
    }
}

impl Clone for NothingLayer {
    fn clone(&self) -> Self {
        Self
    }
}

impl<S: Service<R>, R> Service<R> for Nothing<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: R) -> S::Future {
        self.0.call(request)
    }
}

#[policy(roles = "clerk")]
struct Clerk;

async fn bare() {}

#[requires(scopes = "read", roles = any("clerk", "admin"), permissions = "refund", not(Clerk))]
async fn denied() {}

#[requires(scopes = "read", roles = any("clerk", "admin"), permissions = "refund", Clerk)]
async fn guarded() {}

#[requires(Clerk)]
async fn with_claims(_: OAuth2Claims) {}

#[requires(scopes = "write")]
async fn scope() {}

#[requires(roles = "admin")]
async fn role() {}

#[derive(Deserialize)]
struct Tenant {
    #[expect(dead_code, reason = "that it is there is what is tested")]
    tenant: String,
}

#[requires]
async fn typed(_: Claims<Tenant>) {}

fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it waits"),
    }
}

fn request(path: &'static str, authorization: Option<&HeaderValue>) -> Request<Body> {
    let mut request = Request::get(path).body(Body::empty()).unwrap();
    if let Some(authorization) = authorization {
        request.headers_mut().insert(AUTHORIZATION, authorization.clone());
    }
    request
}

/// How many there are for one request, once what is made on first use is made.
fn allocations(app: &Router, path: &'static str, authorization: Option<&HeaderValue>, status: u16) -> u64 {
    // As `axum::serve` has it: what handlers and layers are made to is made once.
    let mut app = app.clone().with_state::<()>(());
    let mut once = || {
        let answer: Result<Response, Infallible> = now(app.call(request(path, authorization)));
        assert_eq!(answer.unwrap().status(), status);
    };
    once();
    once();
    measure(once).count_total
}

#[test]
fn a_token_that_was_seen_before_costs_two_allocations_and_its_guard_none() {
    for (algorithm, leeway) in [(Algorithm::RS256, 1), (Algorithm::ES256, 60), (Algorithm::EdDSA, 60)] {
        let key = SigningKey::generate(algorithm, "1");
        let jwks = json!({"keys": [key.jwk()]}).to_string();
        let provider = Provider::with_jwks("https://login.example.com", jwks)
            .audience("api")
            .leeway(std::time::Duration::from_secs(leeway));
        let revoked = RevocationList::default();
        revoked.revoke_token("https://login.example.com", "other", TestClock::new().now()).unwrap();
        let server = now(ResourceServer::builder().provider(provider).revocations(revoked).build()).unwrap();
        let token = TokenBuilder::new("https://login.example.com", "api", key)
            .scopes("read write")
            .roles(["clerk"])
            .permissions(["refund"])
            .build();
        let authorization = HeaderValue::from_str(&format!("Bearer {token}")).unwrap();
        let behind_nothing = Router::new().route("/bare", get(bare)).layer(NothingLayer);
        let behind_layer = Router::new()
            .route("/bare", get(bare))
            .route("/guarded", get(guarded))
            .route("/claims", get(with_claims))
            .route("/denied", get(denied))
            .layer(server.layer().public_paths(["/health", "/docs/*"]).unwrap());
        let nothing = allocations(&behind_nothing, "/bare", Some(&authorization), 200);
        let layer = allocations(&behind_layer, "/bare", Some(&authorization), 200);
        assert!(layer <= nothing + 2, "{algorithm}: {layer}, and {nothing} behind a layer that does nothing");
        assert_eq!(
            allocations(&behind_layer, "/guarded", Some(&authorization), 200),
            layer,
            "{algorithm}: a guard"
        );
        assert_eq!(
            allocations(&behind_layer, "/claims", Some(&authorization), 200),
            layer,
            "{algorithm}: its claims"
        );
        // A denial allocates, and shows that what is counted is counted.
        assert!(allocations(&behind_layer, "/denied", Some(&authorization), 403) > layer);
    }
}

/// Refuses everybody, as quickly as it can be done.
#[derive(Clone)]
struct Refusing(#[expect(dead_code, reason = "a layer has something as a rule")] Arc<u64>);

impl<S> Layer<S> for Refusing {
    type Service = Self;

    fn layer(&self, _: S) -> Self {
        self.clone()
    }
}

impl<R> Service<R> for Refusing {
    type Response = Response;
    type Error = Infallible;
    type Future = Ready<Result<Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: R) -> Self::Future {
        let mut response = Response::new(Body::from("refused"));
        *response.status_mut() = StatusCode::UNAUTHORIZED;
        for name in [CONTENT_TYPE, CACHE_CONTROL, WWW_AUTHENTICATE] {
            response.headers_mut().insert(name, HeaderValue::from_static("as it is"));
        }
        ready(Ok(response))
    }
}

#[test]
fn a_refusal_allocates_hardly_more_than_its_answer() {
    let key = Arc::new(SigningKey::generate(Algorithm::ES256, "1"));
    let jwks = json!({"keys": [key.jwk()]}).to_string();
    let provider = Provider::with_jwks("https://login.example.com", jwks).audience("api");
    let server = now(ResourceServer::builder().provider(provider).build()).unwrap();
    let token = TokenBuilder::new("https://login.example.com", "api", key).scopes("read");
    let bearer = |token: &str| HeaderValue::from_str(&format!("Bearer {token}")).unwrap();
    let refusing = Router::new().route("/bare", get(bare)).layer(Refusing(Arc::new(0)));
    let app = Router::new()
        .route("/bare", get(bare))
        .route("/scope", get(scope))
        .route("/role", get(role))
        .route("/typed", get(typed))
        .layer(server.layer());
    let good = bearer(&token.build());
    let served = allocations(&app, "/bare", Some(&good), 200);
    let stranger = SigningKey::generate(Algorithm::ES256, "1");
    let unknown_key = bearer(&token.clone().header("kid", "x").build());
    let bad_signature = bearer(&token.signed_by(stranger).build());
    // Beyond those of a refusal that looks at nothing.
    for (name, authorization, status, more) in [
        ("no token", None, 401, 0),
        ("another scheme", Some(HeaderValue::from_static("Basic YTpi")), 401, 0),
        ("two tokens", Some(bearer("a b")), 400, 0),
        ("garbage", Some(bearer("garbage")), 401, 0),
        // What is decoded of it, its key ID and its type.
        ("an unknown key", Some(unknown_key), 401, 4),
        ("a bad signature", Some(bad_signature), 401, 2),
    ] {
        // Of a minute the first are looked at more closely.
        for _ in 0..20 {
            allocations(&app, "/bare", authorization.as_ref(), status);
        }
        let least = allocations(&refusing, "/bare", authorization.as_ref(), 401);
        let refused = allocations(&app, "/bare", authorization.as_ref(), status);
        assert!(refused <= least + more, "{name}: {refused}, and {least} for the least that a refusal is");
    }
    // Beyond those of a request that is served.
    for (path, status, more) in [("/scope", 403, 7), ("/role", 403, 5), ("/typed", 401, 5)] {
        let refused = allocations(&app, path, Some(&good), status);
        assert!(refused <= served + more, "{path}: {refused}, and {served} where it is served");
    }
}
