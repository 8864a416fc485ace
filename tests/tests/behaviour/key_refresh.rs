//! When keys are fetched, and what becomes of requests meanwhile.

use std::future::poll_fn;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::routing::get;
use oauth2_guard::{Algorithm, Provider, ResourceServer};
use oauth2_guard_tests::{Api, World};
use serde_json::json;
use tokio::task::JoinSet;
use tower::ServiceExt;

const COOL_DOWN: Duration = Duration::from_secs(30);

async fn api(world: &World) -> Api {
    let server = world.server_with(|builder| builder.verbose(), |provider| provider).await;
    Api::serve(Router::new().route("/", get(|| async {})).layer(server.layer())).await
}

/// Many requests at once, in process: as many sockets are not to be had everywhere.
async fn storm(world: &World, count: usize, token: impl Fn(usize) -> String) -> Vec<StatusCode> {
    let server = world.server().await;
    let app = Router::new().route("/", get(|| async {})).layer(server.layer());
    world.clock.advance(COOL_DOWN);
    let mut requests = JoinSet::new();
    for index in 0..count {
        let request = Request::get("/").header("authorization", format!("Bearer {}", token(index)));
        requests.spawn(app.clone().oneshot(request.body(Body::empty()).unwrap()));
    }
    requests.join_all().await.into_iter().map(|answer| answer.unwrap().status()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_unknown_key_ids_at_once_cause_one_fetch() {
    let world = World::new().await;
    let bogus = |index| world.token().header("kid", format!("bogus-{index}")).build();
    let answers = storm(&world, 1000, bogus).await;
    assert_eq!(answers, [StatusCode::UNAUTHORIZED; 1000]);
    // One when the server was built, and one for all of them.
    assert_eq!(world.issuer.jwks_requests(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_key_is_found_by_all_who_come_at_once() {
    let world = World::new().await;
    let known = world.token().build();
    // The server is built before the keys are rotated.
    let server = world.server().await;
    assert!(server.verify(&known).await.is_ok());
    world.issuer.rotate_keys();
    world.clock.advance(COOL_DOWN);
    let token = world.token().build();
    let mut requests = JoinSet::new();
    for _ in 0..200 {
        let (server, token) = (server.clone(), token.clone());
        requests.spawn(async move { server.verify(&token).await.is_ok() });
    }
    assert_eq!(requests.join_all().await, [true; 200]);
    assert_eq!(world.issuer.jwks_requests(), 2);
}

#[tokio::test]
async fn the_cool_down_counts_from_any_attempt() {
    let world = World::new().await;
    let api = api(&world).await;
    let unknown = || world.token().header("kid", "bogus").build();
    // The first attempt was that of `build`.
    world.clock.advance(COOL_DOWN - Duration::from_secs(1));
    api.get(unknown()).await.assert_invalid_token("the token names an unknown key");
    assert_eq!(world.issuer.jwks_requests(), 1);
    world.clock.advance(Duration::from_secs(1));
    for _ in 0..3 {
        api.get(unknown()).await.assert_invalid_token("the token names an unknown key");
    }
    assert_eq!(world.issuer.jwks_requests(), 2);
}

#[tokio::test]
async fn a_failed_refresh_is_503_for_unknown_keys_and_nothing_for_known_ones() {
    let world = World::new().await;
    let api = api(&world).await;
    let known = world.token().build();
    let unknown = world.token().header("kid", "bogus").build();
    world.issuer.set_down(true);
    world.clock.advance(COOL_DOWN);

    let answer = api.get(&unknown).await;
    assert_eq!((answer.status, answer.retry_after.as_deref()), (503, Some("30")));
    let requests = world.issuer.jwks_requests();
    // Within the cool-down nobody is asked, and the answer is still that one does not know.
    world.clock.advance(Duration::from_secs(10));
    let answer = api.get(&unknown).await;
    assert_eq!((answer.status, answer.retry_after.as_deref()), (503, Some("20")));
    assert_eq!(world.issuer.jwks_requests(), requests);
    assert_eq!(api.get(&known).await.status, 200);

    world.issuer.set_down(false);
    world.clock.advance(Duration::from_secs(20));
    api.get(&unknown).await.assert_invalid_token("the token names an unknown key");
    assert_eq!(api.get(&known).await.status, 200);
}

#[tokio::test]
async fn a_key_that_left_the_set_is_refused_after_the_next_refresh() {
    let world = World::new().await;
    let api = api(&world).await;
    let old = world.token().build();
    world.issuer.rotate_keys();
    world.clock.advance(COOL_DOWN);
    let new = world.token().build();
    // Both are published: the overlap.
    assert_eq!(api.get(&new).await.status, 200);
    assert_eq!(api.get(&old).await.status, 200);

    world.issuer.retire_old_keys();
    world.issuer.rotate_keys();
    world.issuer.retire_old_keys();
    world.clock.advance(COOL_DOWN);
    assert_eq!(api.get(world.token().build()).await.status, 200);
    api.get(&old).await.assert_invalid_token("the token names an unknown key");
    api.get(&new).await.assert_invalid_token("the token names an unknown key");
}

#[tokio::test]
async fn a_request_that_gives_up_does_not_end_the_fetch() {
    let world = World::new().await;
    let server = world.server().await;
    let app = Router::new().route("/", get(|| async {})).layer(server.layer());
    world.issuer.rotate_keys();
    world.clock.advance(COOL_DOWN);
    let token = world.token().build();
    let request = || {
        let request = Request::get("/").header("authorization", format!("Bearer {token}"));
        request.body(Body::empty()).unwrap()
    };
    let mut leaves = Box::pin(app.clone().oneshot(request()));
    // It began to wait, and is gone.
    assert!(poll_fn(|context| Poll::Ready(leaves.as_mut().poll(context).is_pending())).await);
    drop(leaves);
    let stays = ServiceExt::oneshot(app, request()).await.unwrap();
    assert_eq!(stays.status(), 200);
    assert_eq!(world.issuer.jwks_requests(), 2);
}

#[tokio::test]
async fn a_known_key_waits_for_nobody() {
    let world = World::new().await;
    let server = world.server().await;
    let app = Router::new().route("/", get(|| async {})).layer(server.layer());
    world.clock.advance(COOL_DOWN);
    let request = |token: String| {
        let request = Request::get("/").header("authorization", format!("Bearer {token}"));
        request.body(Body::empty()).unwrap()
    };
    let unknown = request(world.token().header("kid", "bogus").build());
    let mut waits = Box::pin(app.clone().oneshot(unknown));
    assert!(poll_fn(|context| Poll::Ready(waits.as_mut().poll(context).is_pending())).await);
    // The fetch is under way and has not moved since: nothing else was polled.
    let known = ServiceExt::oneshot(app, request(world.token().build()));
    let mut known = Box::pin(known);
    let done = poll_fn(|context| Poll::Ready(known.as_mut().poll(context))).await;
    assert!(matches!(done, Poll::Ready(Ok(response)) if response.status() == 200));
    assert_eq!(waits.await.unwrap().status(), 401);
}

#[tokio::test]
async fn a_token_of_another_issuer_costs_no_fetch() {
    let world = World::new().await;
    let api = api(&world).await;
    world.clock.advance(COOL_DOWN);
    world.issuer.set_down(true);
    let unknown = || world.token().header("kid", "bogus");
    let foreign = unknown().claim("iss", "https://evil.example").build();
    api.get(foreign).await.assert_invalid_token("the token is from another issuer");
    api.get(unknown().without("iss").build()).await.assert_invalid_token("the token lacks the claim `iss`");
    let key = world.issuer.key(Algorithm::ES256);
    let garbled = key.sign(r#"{"alg":"ES256","kid":"bogus"}"#, "no claims at all");
    api.get(garbled).await.assert_invalid_token("the token is not a well-formed JWT");
    assert_eq!(world.issuer.jwks_requests(), 1);
    // One that says that it is of ours does.
    assert_eq!(api.get(unknown().build()).await.status, 503);
}

#[tokio::test]
async fn a_set_without_a_key_of_an_allowed_algorithm_replaces_nothing() {
    let world = World::with_algorithms([Algorithm::ES256, Algorithm::EdDSA]).await;
    let jwks = Arc::new(Mutex::new(json!({"keys": [world.issuer.key(Algorithm::ES256).jwk()]})));
    let served = jwks.clone();
    let keys =
        Api::serve(Router::new().route("/", get(async move || served.lock().unwrap().to_string()))).await;
    let provider = || {
        let url = format!("http://{}/", keys.address());
        Provider::with_jwks_url(world.issuer.url(), url).audience("api").algorithms([Algorithm::ES256])
    };
    let build =
        async || ResourceServer::builder().clock(world.clock.clone()).provider(provider()).build().await;
    let server = build().await.unwrap();
    let token = world.token().algorithm(Algorithm::ES256);
    assert!(server.verify(&token.build()).await.is_ok());

    *jwks.lock().unwrap() = json!({"keys": [world.issuer.key(Algorithm::EdDSA).jwk()]});
    let error = build().await.unwrap_err().to_string();
    assert!(error.contains("none of its keys is for an allowed algorithm"), "{error}");
    world.clock.advance(COOL_DOWN);
    let unknown = server.verify(&token.clone().header("kid", "bogus").build()).await.unwrap_err();
    assert_eq!(unknown.status(), 503);
    assert!(server.verify(&token.build()).await.is_ok());
}

#[test]
fn nobody_waits_for_ever_for_a_fetch_on_a_runtime_that_stands_still() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let drives_issuer =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let world = drives_issuer.block_on(World::new());
    let server = drives_issuer.block_on(world.server());
    world.clock.advance(COOL_DOWN);
    let unknown = world.token().header("kid", "bogus").build();

    // The fetch is started on a runtime that is not driven any more.
    let still = runtime();
    let first = server.verify(&unknown);
    let mut first = Box::pin(first);
    still.block_on(poll_fn(|context| Poll::Ready(first.as_mut().poll(context).is_pending())));
    let paused =
        tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    let second = paused.block_on(server.verify(&unknown)).unwrap_err();
    assert_eq!(second.status(), 503);
    // And after the cool-down somebody else fetches.
    world.clock.advance(COOL_DOWN);
    assert_eq!(drives_issuer.block_on(server.verify(&unknown)).unwrap_err().status(), 401);
    assert_eq!(world.issuer.jwks_requests(), 2);
}
