//! What a health endpoint says of the keys, and a server that starts before its authorization server.

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use oauth2_guard::{KeyState, Provider, Readiness, Reason, ResourceServer};
use oauth2_guard_tests::{Api, World};
use serde_json::{Value, json};

const MINUTE: Duration = Duration::from_secs(60);

async fn health(State(server): State<ResourceServer>) -> (StatusCode, Json<Readiness>) {
    let readiness = server.readiness();
    let status = if readiness.is_ready() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(readiness))
}

async fn api(server: &ResourceServer) -> Api {
    let app = Router::new().route("/", get(|| async {})).layer(server.layer());
    Api::serve(app.route("/health", get(health).with_state(server.clone()))).await
}

/// The status and the body of the health endpoint, without the part of the address that differs from run to run.
async fn asked(api: &Api, world: &World) -> (u16, Value) {
    let answer = api.get_path("/health", "none").await;
    let body = answer.body.replace(world.issuer.url(), "URL");
    (answer.status, serde_json::from_str(&body).unwrap())
}

/// Lets a fetch that is under way end.
async fn settle(server: &ResourceServer, world: &World) {
    assert!(server.verify(&world.token().header("kid", "bogus").build()).await.is_err());
}

#[tokio::test]
async fn keys_are_fresh_then_stale_then_absent_and_heal() {
    let world = World::new().await;
    let server = world.server_with(|builder| builder, |provider| provider.name("main")).await;
    let api = api(&server).await;
    let fresh =
        |age| json!({"ready": true, "providers": [{"name": "main", "keys": "fresh", "age_seconds": age}]});
    assert_eq!(asked(&api, &world).await, (200, fresh(0)));
    world.clock.advance(5 * MINUTE);
    assert_eq!(asked(&api, &world).await, (200, fresh(300)));

    world.issuer.set_down(true);
    world.clock.advance(5 * MINUTE);
    assert_eq!(asked(&api, &world).await.0, 200);
    settle(&server, &world).await;
    let error = "URL/.well-known/openid-configuration answered 503";
    let stale = json!({"name": "main", "keys": "stale", "age_seconds": 600, "last_error": error});
    assert_eq!(asked(&api, &world).await, (200, json!({"ready": true, "providers": [stale]})));

    world.clock.advance(50 * MINUTE);
    settle(&server, &world).await;
    let absent = json!({"name": "main", "keys": "absent", "age_seconds": 3600, "last_error": error});
    assert_eq!(asked(&api, &world).await, (503, json!({"ready": false, "providers": [absent]})));

    world.issuer.set_down(false);
    world.clock.advance(MINUTE);
    // Asking is enough: nobody sends requests to a server that is not ready.
    assert_eq!(asked(&api, &world).await.0, 503);
    settle(&server, &world).await;
    assert_eq!(asked(&api, &world).await, (200, fresh(0)));
}

#[tokio::test]
async fn keys_that_were_configured_are_always_there() {
    let secret = Provider::with_shared_secret("https://internal.example.com", (0..32).collect::<Vec<u8>>());
    let server = ResourceServer::builder().provider(secret.audience("api")).build().await.unwrap();
    let readiness = server.readiness();
    let [provider] = readiness.providers() else { panic!("one provider") };
    assert!(readiness.is_ready());
    assert_eq!((provider.name(), provider.keys()), ("https://internal.example.com", KeyState::Fresh));
    assert_eq!((provider.age(), provider.last_error()), (None, None));
}

#[tokio::test]
async fn a_lazy_server_starts_without_its_authorization_server_and_heals() {
    let world = World::new().await;
    world.issuer.set_down(true);
    let builder = || ResourceServer::builder().clock(world.clock.clone()).provider(world.issuer.provider());
    assert!(builder().build().await.is_err());
    let server = builder().lazy().build().await.unwrap();
    let token = || world.token().build();
    for _ in 0..3 {
        let refused = server.verify(&token()).await.unwrap_err();
        assert_eq!(refused.status(), 503);
        assert!(matches!(refused.reason(), Reason::KeysUnavailable { .. }));
    }
    assert!(!server.readiness().is_ready());
    // Whoever is not of the provider is told so at once.
    let foreign = world.token().claim("iss", "https://evil.example").build();
    assert_eq!(server.verify(&foreign).await.unwrap_err().status(), 401);

    world.issuer.set_down(false);
    world.clock.advance(Duration::from_secs(30));
    assert!(server.verify(&token()).await.is_ok());
    assert!(server.readiness().is_ready());
    assert_eq!(world.issuer.jwks_requests(), 1);
}

#[tokio::test]
async fn the_first_requests_of_a_lazy_server_wait_for_its_keys() {
    let world = World::new().await;
    let server = world.server_with(|builder| builder.lazy(), |provider| provider).await;
    assert!(server.verify(&world.token().build()).await.is_ok());
    assert!(server.verify(&world.token().build()).await.is_ok());
    assert_eq!(world.issuer.jwks_requests(), 1);
}

#[tokio::test]
async fn a_lazy_server_keeps_the_keys_that_are_never_refreshed() {
    let world = World::new().await;
    world.issuer.set_down(true);
    let server =
        world.server_with(|builder| builder.lazy(), |provider| provider.insecure_never_refresh()).await;
    assert_eq!(server.verify(&world.token().build()).await.unwrap_err().status(), 503);
    world.issuer.set_down(false);
    world.clock.advance(Duration::from_secs(30));
    assert!(server.verify(&world.token().build()).await.is_ok());
    world.clock.advance(60 * 24 * MINUTE);
    assert!(server.verify(&world.token().build()).await.is_ok());
    assert_eq!(world.issuer.jwks_requests(), 1);
}

#[tokio::test]
async fn what_is_wrong_with_the_configuration_does_not_start_lazily_either() {
    let provider = Provider::discover("http://login.example.com").audience("api").name("p");
    let error = ResourceServer::builder().provider(provider).lazy().build().await.unwrap_err();
    assert!(error.to_string().starts_with("provider `p`: its issuer is not accepted"), "{error}");
}

#[tokio::test]
async fn one_provider_without_keys_makes_a_server_unready_and_not_the_others() {
    let [world, other] = [World::new().await, World::new().await];
    other.issuer.set_down(true);
    let server = world
        .server_with(
            |builder| builder.provider(other.issuer.provider().name("other")).lazy(),
            |provider| provider,
        )
        .await;
    assert!(server.verify(&world.token().build()).await.is_ok());
    assert_eq!(server.verify(&other.token().build()).await.unwrap_err().status(), 503);
    let readiness = server.readiness();
    let states: Vec<_> = readiness.providers().iter().map(|provider| provider.keys()).collect();
    assert_eq!(states, [KeyState::Fresh, KeyState::Absent]);
    assert!(!readiness.is_ready());
}

#[tokio::test]
async fn an_error_shows_no_more_of_an_address_than_is_meant_to_be_seen() {
    let world = World::new().await;
    let url = format!("{}/nothing?key=canary#canary", world.issuer.url());
    let provider = Provider::with_jwks_url(world.issuer.url(), url).audience("api");
    let server = ResourceServer::builder().provider(provider).lazy().build().await.unwrap();
    assert!(server.verify(&world.token().build()).await.is_err());
    let readiness = server.readiness();
    let error = readiness.providers()[0].last_error().unwrap_or_default().to_owned();
    assert!(error.contains("/nothing") && !error.contains("canary"), "{error}");
    assert!(!serde_json::to_string(&readiness).unwrap().contains("canary"));
}
