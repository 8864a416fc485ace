//! What the library gives its users for their own tests.

use std::time::Duration;

use oauth2_guard::testing::{AUDIENCE, Issuer, SigningKey, TestClock, TokenBuilder, granted};
use oauth2_guard::{Algorithm, Claims, Clock, Provider, ResourceServer, public, requires};
use oauth2_guard_tests::{Api, World};
use reqwest::Client;
use serde_json::{Value, json};

fn client() -> Client {
    Client::builder().no_proxy().tls_certs_only([]).build().unwrap()
}

async fn token_request(issuer: &Issuer, form: &str) -> (u16, Value) {
    let request = client().post(format!("{}/token", issuer.url())).body(form.to_owned());
    let response = request.header("content-type", "application/x-www-form-urlencoded").send().await.unwrap();
    (response.status().as_u16(), serde_json::from_str(&response.text().await.unwrap()).unwrap())
}

#[tokio::test]
async fn the_token_endpoint_serves_the_client_credentials_grant() {
    let world = World::new().await;
    let app = axum::Router::new()
        .route("/", axum::routing::get(|Claims(all): Claims<Value>| async move { all.to_string() }));
    let api =
        Api::serve(app.layer(world.server_with(|b| b, |p| p.audience("https://other")).await.layer())).await;

    let form = "grant_type=client_credentials&client_id=robot&scope=a%20b&audience=https%3A%2F%2Fother";
    let (status, grant) = token_request(&world.issuer, form).await;
    assert_eq!(
        (status, &grant["token_type"], &grant["expires_in"], &grant["scope"]),
        (200, &json!("Bearer"), &json!(300), &json!("a b"))
    );
    let claims: Value =
        serde_json::from_str(&api.get(grant["access_token"].as_str().unwrap()).await.body).unwrap();
    assert_eq!((&claims["sub"], &claims["client_id"]), (&json!("robot"), &json!("robot")));
    assert_eq!((&claims["scope"], &claims["aud"]), (&json!("a b"), &json!("https://other")));

    let (status, grant) = token_request(&world.issuer, "grant_type=client_credentials").await;
    assert_eq!(status, 200);
    let claims: Value =
        serde_json::from_str(&api.get(grant["access_token"].as_str().unwrap()).await.body).unwrap();
    assert_eq!(claims["aud"], AUDIENCE);

    for (form, error) in [("grant_type=password", "unsupported_grant_type"), ("", "invalid_request")] {
        assert_eq!(token_request(&world.issuer, form).await, (400, json!({"error": error})));
    }
}

#[tokio::test]
async fn a_token_is_for_the_resources_that_it_is_asked_for() {
    let issuer = Issuer::builder().algorithms([Algorithm::ES256]).start().await.unwrap();
    let audience = async |form: &str| {
        let (status, grant) = token_request(&issuer, &format!("grant_type=client_credentials{form}")).await;
        assert_eq!(status, 200, "{form}");
        let provider = ["https://a.example/mcp", "https://b.example", AUDIENCE].into_iter();
        let provider = provider.fold(issuer.provider(), Provider::audience);
        let server = ResourceServer::builder().provider(provider).build().await.unwrap();
        let claims = server.verify(grant["access_token"].as_str().unwrap()).await.unwrap();
        claims.claim("aud").unwrap()
    };
    let (a, b) = ("&resource=https%3A%2F%2Fa.example%2Fmcp", "&resource=https%3A%2F%2Fb.example");
    assert_eq!(audience("").await, AUDIENCE);
    assert_eq!(audience(a).await, "https://a.example/mcp");
    assert_eq!(audience(&format!("{a}{b}")).await, json!(["https://a.example/mcp", "https://b.example"]));
    assert_eq!(audience(&format!("{a}&audience=api")).await, json!(["https://a.example/mcp", "api"]));
    for bad in ["a", "https%3A%2F%2Fa.example%2F%23part", ""] {
        let refused = token_request(&issuer, &format!("grant_type=client_credentials&resource={bad}")).await;
        assert_eq!(refused, (400, json!({"error": "invalid_target"})), "{bad}");
    }
}

#[tokio::test]
async fn the_discovery_document_and_the_key_set_are_published() {
    let issuer = Issuer::start().await.unwrap();
    let get = async |path: &str| -> Value {
        let response = client().get(format!("{}{path}", issuer.url())).send().await.unwrap();
        serde_json::from_str(&response.text().await.unwrap()).unwrap()
    };
    let document = get("/.well-known/openid-configuration").await;
    assert_eq!(document, get("/.well-known/oauth-authorization-server").await);
    assert_eq!(document["issuer"], issuer.url());
    assert_eq!(document["jwks_uri"], format!("{}/jwks.json", issuer.url()));
    let keys = get("/jwks.json").await;
    let algorithms: Vec<_> =
        keys["keys"].as_array().unwrap().iter().map(|key| key["alg"].as_str().unwrap()).collect();
    assert_eq!(algorithms, ["RS256", "ES256", "EdDSA"]);
    assert!(keys["keys"].as_array().unwrap().iter().all(|key| key.get("d").is_none()));
    assert_eq!(issuer.jwks_requests(), 1);
}

#[tokio::test]
async fn an_issuer_ends_when_it_is_dropped() {
    let issuer = Issuer::builder().algorithms([Algorithm::ES256]).start().await.unwrap();
    let url = format!("{}/jwks.json", issuer.url());
    assert!(client().get(&url).send().await.is_ok());
    drop(issuer);
    // The listener goes with its task, once that is run again.
    while client().get(&url).send().await.is_ok() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn guarded_handlers_can_be_called_directly() {
    #[requires(roles = "admin")]
    async fn guarded(Claims(name): Claims<String>, twice: u32) -> String {
        name.repeat(twice as usize)
    }
    #[public]
    async fn open() -> &'static str {
        "open"
    }
    assert_eq!(guarded(granted(), Claims("x".to_owned()), 2).await, "xx");
    assert_eq!(open(granted()).await, "open");
}

#[test]
fn a_test_clock_moves_when_it_is_told_to() {
    let clock = TestClock::new();
    let (now, instant) = (clock.now(), clock.instant());
    assert_eq!((clock.now(), clock.instant()), (now, instant));
    let same = clock.clone();
    same.advance(Duration::from_secs(5));
    assert_eq!(
        (clock.now(), clock.instant()),
        (now + Duration::from_secs(5), instant + Duration::from_secs(5))
    );
    clock.set(now - Duration::from_secs(5));
    assert_eq!(
        (clock.now(), clock.instant()),
        (now - Duration::from_secs(5), instant + Duration::from_secs(5))
    );
}

#[tokio::test]
async fn tokens_without_an_issuer_follow_a_test_clock_too() {
    let clock = TestClock::new();
    let key = std::sync::Arc::new(SigningKey::generate(Algorithm::ES256, "1"));
    let jwks = json!({"keys": [key.jwk()]}).to_string();
    let provider = Provider::with_jwks("https://login.example.com", jwks).audience("api");
    let server = ResourceServer::builder().provider(provider).clock(clock.clone()).build().await.unwrap();
    clock.advance(Duration::from_secs(1_000_000));
    let token = TokenBuilder::new("https://login.example.com", "api", key);
    assert_eq!(server.verify(&token.build()).await.unwrap_err().reason().as_str(), "expired");
    let token = token.issued_at(clock.now());
    assert!(server.verify(&token.build()).await.is_ok());
    assert_eq!(server.verify(&token.expired().build()).await.unwrap_err().reason().as_str(), "expired");
}
