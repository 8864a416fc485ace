//! Many tokens that nobody has seen, at once, on a runtime of two threads: one of them checks signatures at a time.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::routing::get;
use oauth2_guard::testing::{SigningKey, TokenBuilder};
use oauth2_guard::{Algorithm, Provider, ResourceServer, requires};
use serde_json::json;
use tokio::runtime::Builder;
use tokio::sync::Barrier;
use tokio::task::JoinSet;
use tower::ServiceExt;

const ISSUER: &str = "https://login.example.com";
const AT_ONCE: usize = 96;

#[requires(scopes = "orders")]
async fn orders() {}

struct World {
    server: ResourceServer,
    app: Router,
    key: Arc<SigningKey>,
}

impl World {
    /// With a key of which a check takes long.
    async fn new() -> Self {
        let key = Arc::new(SigningKey::generate(Algorithm::ES512, "1"));
        let provider = Provider::with_jwks(ISSUER, json!({"keys": [key.jwk()]}).to_string()).audience("api");
        let server = ResourceServer::builder().provider(provider).build().await.unwrap();
        let app = Router::new().route("/", get(orders)).layer(server.layer());
        Self { server, app, key }
    }

    fn token(&self, number: usize) -> TokenBuilder {
        TokenBuilder::new(ISSUER, "api", Arc::clone(&self.key))
            .scopes("orders")
            .claim("jti", number.to_string())
    }
}

async fn status(app: Router, token: String) -> StatusCode {
    let request = Request::get("/").header("authorization", format!("Bearer {token}"));
    app.oneshot(request.body(Body::empty()).unwrap()).await.unwrap().status()
}

/// Every third is good, every third has the signature of somebody else, every third does not have the scope.
fn token(world: &World, number: usize) -> (String, StatusCode) {
    let token = world.token(number);
    match number % 3 {
        0 => (token.build(), StatusCode::OK),
        1 => (token.signed_by(SigningKey::generate(Algorithm::ES512, "1")).build(), StatusCode::UNAUTHORIZED),
        _ => (token.scopes("none").build(), StatusCode::FORBIDDEN),
    }
}

/// All at once; each has to get the answer to its own token.
async fn bring_all() {
    let world = World::new().await;
    let barrier = Arc::new(Barrier::new(AT_ONCE));
    let mut all = JoinSet::new();
    for number in 0..AT_ONCE {
        let (app, barrier) = (world.app.clone(), Arc::clone(&barrier));
        let (token, expected) = token(&world, number);
        all.spawn(async move {
            barrier.wait().await;
            (number, status(app, token).await, expected)
        });
    }
    for (number, status, expected) in all.join_all().await {
        assert_eq!(status, expected, "{number}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_gets_the_answer_to_its_own_token() {
    bring_all().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_goes_away_meanwhile_leaves_nobody_waiting() {
    let world = World::new().await;
    for round in 0..8 {
        let barrier = Arc::new(Barrier::new(AT_ONCE + 1));
        let mut all = JoinSet::new();
        for number in 0..AT_ONCE {
            let (app, barrier) = (world.app.clone(), Arc::clone(&barrier));
            let token = world.token(round * AT_ONCE + number).build();
            all.spawn(async move {
                barrier.wait().await;
                status(app, token).await
            });
        }
        barrier.wait().await;
        assert_eq!(all.join_next().await.unwrap().unwrap(), StatusCode::OK);
        // Some were answered by now, some wait for their turn, some have not begun.
        all.shutdown().await;
    }
    let token = world.token(usize::MAX).build();
    assert_eq!(status(world.app.clone(), token).await, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_that_come_by_another_way_take_turns_too() {
    let world = World::new().await;
    let barrier = Arc::new(Barrier::new(AT_ONCE));
    let mut all = JoinSet::new();
    for number in 0..AT_ONCE {
        let (server, barrier) = (world.server.clone(), Arc::clone(&barrier));
        let (token, expected) = token(&world, number);
        all.spawn(async move {
            barrier.wait().await;
            (number, server.verify(&token).await.is_ok(), expected != StatusCode::UNAUTHORIZED)
        });
    }
    for (number, is_accepted, expected) in all.join_all().await {
        assert_eq!(is_accepted, expected, "{number}");
    }
}

/// It is a line without patience, which is none.
#[test]
fn on_a_runtime_without_timers_each_gets_its_answer_too() {
    Builder::new_multi_thread().worker_threads(2).build().unwrap().block_on(bring_all());
}
