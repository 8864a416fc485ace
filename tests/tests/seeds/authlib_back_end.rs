//! The back-end with Starlette and Authlib. It has no tests of its own; what its article says is here.

use std::time::Duration;

use axum::Router;
use axum::routing::get;
use oauth2_guard::testing::TokenBuilder;
use oauth2_guard::{Claims, Config, policy, requires};
use oauth2_guard_tests::capture::Log;
use oauth2_guard_tests::{Api, World};
use reqwest::Method;
use serde::Deserialize;
use serde_json::json;

use crate::cases::anonymous;
use crate::configured::Configured;

#[tokio::test]
async fn issuer_and_audience_come_from_the_environment_and_are_discovered() {
    let world = Configured::new("https://sso.example.com/keys");
    let issuer = "https://sso.example.com";
    let document = json!({"issuer": issuer, "jwks_uri": "https://sso.example.com/keys"});
    world.canned.says("https://sso.example.com/.well-known/openid-configuration", document.to_string());
    let vars = [("OIDC_ISSUER", issuer), ("OIDC_AUDIENCE", "api")];
    let api = world.serve(Config::from_vars("OIDC_", vars).unwrap()).await;
    let token = world.token(issuer);
    assert_eq!(api.status("/", token.clone()).await, 200);
    for claim in ["exp", "aud", "iss"] {
        assert_eq!(api.status("/", token.clone().without(claim)).await, 401, "{claim}");
    }
    assert_eq!(api.status("/", token.claim("iss", "https://other.example.com")).await, 401);
}

/// What its validator asks of every token.
#[policy(scopes = "openid")]
struct OpenId;

#[derive(Deserialize)]
struct User {
    email: String,
}

#[requires(scopes = all("profile", "email"))]
async fn profile(Claims(user): Claims<User>) -> String {
    user.email
}

#[requires]
async fn authenticated() {}

async fn home(user: Option<Claims<User>>) -> String {
    user.map_or_else(|| "anonymous".to_owned(), |Claims(user)| user.email)
}

/// As there: the middleware lets pass who has no token.
async fn serve(world: &World) -> Api {
    let app = Router::new()
        .route("/profile", get(profile))
        .route("/authenticated", get(authenticated))
        .route("/", get(home));
    Api::serve(app.layer(world.server().await.layer().allow_anonymous().require::<OpenId>())).await
}

fn token(world: &World, scopes: &str) -> TokenBuilder {
    world.token().scopes(scopes).claim("email", "alice@example.com")
}

#[tokio::test]
async fn all_scopes_of_a_list_are_asked_for() {
    let world = World::new().await;
    let api = serve(&world).await;
    for (scopes, status) in [
        ("openid email profile", 200),
        ("profile other openid email", 200),
        ("openid profile", 403),
        ("openid email", 403),
        ("openid", 403),
    ] {
        assert_eq!(api.status("/profile", token(&world, scopes)).await, status, "{scopes}");
    }
}

#[tokio::test]
async fn openid_is_asked_of_every_token() {
    let world = World::new().await;
    let api = serve(&world).await;
    for path in ["/", "/authenticated", "/profile", "/nowhere"] {
        let answer = api.get_path(path, token(&world, "email profile").build()).await;
        assert_eq!((answer.status, answer.error()), (403, Some("insufficient_scope")), "{path}");
        assert!(answer.challenge.unwrap().contains(r#"scope="openid""#));
    }
    assert_eq!(api.status("/authenticated", token(&world, "openid")).await, 200);
}

#[tokio::test]
async fn anonymous_requests_reach_what_asks_for_nothing_and_the_user_is_named_by_email() {
    let world = World::new().await;
    let api = serve(&world).await;
    assert_eq!(anonymous(&api, Method::GET, "/").await.body, "anonymous");
    assert_eq!(api.get_path("/", token(&world, "openid").build()).await.body, "alice@example.com");
    // The pseudo-scope `authenticated`.
    assert_eq!(anonymous(&api, Method::GET, "/authenticated").await.status, 401);
    assert_eq!(anonymous(&api, Method::GET, "/profile").await.status, 401);
    // A bad token is not taken for none.
    for path in ["/", "/authenticated", "/profile"] {
        assert_eq!(api.status(path, token(&world, "openid").expired()).await, 401, "{path}");
    }
}

#[tokio::test]
async fn keys_are_refreshed_every_hour_and_the_old_ones_outlive_a_failed_refresh() {
    const HOUR: Duration = Duration::from_secs(60 * 60);
    let world = World::new().await;
    let server = world.server_with(|builder| builder, |provider| provider.key_refresh(HOUR)).await;
    let log = Log::capture();
    world.clock.advance(HOUR * 8 / 10);
    assert!(server.verify(&world.token().build()).await.is_ok());
    assert_eq!(world.issuer.jwks_requests(), 1);
    // The refresh fails, and the log says so.
    world.issuer.set_down(true);
    world.clock.advance(HOUR / 4);
    assert!(server.verify(&world.token().build()).await.is_ok());
    let unknown = world.token().header("kid", "unknown").build();
    assert_eq!(server.verify(&unknown).await.unwrap_err().status(), 503);
    assert!(log.text().contains("WARN"), "{}", log.text());
    assert!(server.verify(&world.token().build()).await.is_ok());
    // It succeeds.
    world.issuer.set_down(false);
    world.issuer.rotate_keys();
    world.clock.advance(Duration::from_secs(31));
    assert!(server.verify(&world.token().build()).await.is_ok());
    // There keys serve for ever while it fails.
    world.issuer.set_down(true);
    world.clock.advance(2 * HOUR);
    assert_eq!(server.verify(&world.token().build()).await.unwrap_err().status(), 503);
}
