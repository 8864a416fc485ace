//! What a request with a token that was seen before allocates: a binary of its own, as it counts every allocation.
#![allow(clippy::arithmetic_side_effects, clippy::panic, clippy::unwrap_used)]

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use allocation_counter::measure;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, Request, header::AUTHORIZATION};
use axum::response::Response;
use axum::routing::get;
use oauth2_guard::testing::{SigningKey, TestClock, TokenBuilder};
use oauth2_guard::{
    Algorithm, Clock, OAuth2Claims, Provider, ResourceServer, RevocationList, policy, requires,
};
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

fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it waits"),
    }
}

fn request(path: &'static str, authorization: &HeaderValue) -> Request<Body> {
    let mut request = Request::get(path).body(Body::empty()).unwrap();
    request.headers_mut().insert(AUTHORIZATION, authorization.clone());
    request
}

/// How many there are for one request, once what is made on first use is made.
fn allocations(app: &Router, path: &'static str, authorization: &HeaderValue, status: u16) -> u64 {
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
        let nothing = allocations(&behind_nothing, "/bare", &authorization, 200);
        let layer = allocations(&behind_layer, "/bare", &authorization, 200);
        assert!(layer <= nothing + 2, "{algorithm}: {layer}, and {nothing} behind a layer that does nothing");
        assert_eq!(
            allocations(&behind_layer, "/guarded", &authorization, 200),
            layer,
            "{algorithm}: a guard"
        );
        assert_eq!(
            allocations(&behind_layer, "/claims", &authorization, 200),
            layer,
            "{algorithm}: its claims"
        );
        // A denial allocates, and shows that what is counted is counted.
        assert!(allocations(&behind_layer, "/denied", &authorization, 403) > layer);
    }
}
