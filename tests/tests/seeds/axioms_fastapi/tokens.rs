//! Which tokens are accepted.

use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::get;
use oauth2_guard::testing::{SigningKey, TokenBuilder};
use oauth2_guard::{Algorithm, Claims, OAuth2Claims, Provider, ResourceServer, requires};
use oauth2_guard_tests::canned::Canned;
use oauth2_guard_tests::{Api, World};
use serde_json::{Map, Value, json};

/// Those of its list.
const NINE: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::ES512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
];

#[requires]
async fn private() {}

async fn serve(world: &World, provider: impl FnOnce(Provider) -> Provider) -> Api {
    let server = world.server_with(|builder| builder, provider).await;
    Api::serve(Router::new().route("/", get(private)).layer(server.layer())).await
}

#[tokio::test]
async fn the_nine_algorithms_are_accepted_and_no_other() {
    let world = World::with_algorithms(NINE.into_iter().chain([Algorithm::EdDSA])).await;
    let api = serve(&world, |provider| provider.algorithms(NINE)).await;
    for algorithm in NINE {
        assert_eq!(api.status("/", world.token().algorithm(algorithm)).await, 200, "{algorithm}");
    }
    let public = world.issuer.key(Algorithm::RS256).jwk()["n"].as_str().unwrap().to_owned();
    let symmetric = SigningKey::secret(Algorithm::HS256, "RS256-1", public.as_bytes());
    for token in [
        world.token().algorithm(Algorithm::EdDSA),
        world.token().header("alg", "none"),
        world.token().header("alg", "HS256"),
        world.token().header("alg", "HS256").signed_by(symmetric),
        world.token().without_header("alg"),
        world.token().header("alg", Value::Null),
    ] {
        assert_eq!(api.status("/", token).await, 401);
    }
}

#[tokio::test]
async fn what_is_no_jwt_is_refused() {
    let world = World::new().await;
    let api = serve(&world, |provider| provider).await;
    let good = world.token().build();
    let (head, _) = good.rsplit_once('.').unwrap();
    for token in
        ["invalid", "a.b", "a.b.c", "a.b.c.d", "e30.e30.", head, &format!("{head}."), &format!("{good}.")]
    {
        assert_eq!(api.get(token).await.status, 401, "{token}");
    }
    assert_eq!(api.get(&good).await.status, 200);
}

#[tokio::test]
async fn a_token_names_its_key_unless_there_is_but_one() {
    let world = World::new().await;
    let api = serve(&world, |provider| provider).await;
    assert_eq!(api.status("/", world.token().without_header("kid")).await, 200);
    assert_eq!(api.status("/", world.token().header("kid", "different")).await, 401);
    world.issuer.rotate_keys();
    let api = serve(&world, |provider| provider).await;
    assert_eq!(api.status("/", world.token().without_header("kid")).await, 401);
    assert_eq!(api.status("/", world.token()).await, 200);
}

#[tokio::test]
async fn the_issuer_is_the_same_byte_by_byte() {
    let key = SigningKey::generate(Algorithm::ES256, "1");
    let jwks = json!({"keys": [key.jwk()]}).to_string();
    let issuer = "https://auth.example.com/oauth2";
    let provider = Provider::with_jwks(issuer, jwks).audience("api");
    let server = ResourceServer::builder().provider(provider).build().await.unwrap();
    let api = Api::serve(Router::new().route("/", get(private)).layer(server.layer())).await;
    let token = TokenBuilder::new(issuer, "api", key);
    assert_eq!(api.status("/", token.clone()).await, 200);
    for other in [
        "https://auth.example.com",
        "https://auth.example.com/oauth2/",
        "https://auth.example.com/other",
        "https://AUTH.example.com/oauth2",
        "auth.example.com/oauth2",
        "",
    ] {
        assert_eq!(api.status("/", token.clone().claim("iss", other)).await, 401, "{other}");
    }
    assert_eq!(api.status("/", token.without("iss")).await, 401);
}

#[tokio::test]
async fn what_differs_in_one_thing_is_refused() {
    let world = World::new().await;
    // There the leeway is 0.
    let api = serve(&world, |provider| provider.audience("second").leeway(Duration::ZERO)).await;
    let token = || world.token();
    let seconds = |date: std::time::SystemTime| {
        date.duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_secs()
    };
    let now = seconds(oauth2_guard::Clock::now(&world.clock));
    for (what, token, status) in [
        ("as it is", token(), 200),
        ("the other audience", token().audience("second"), 200),
        ("one of many audiences", token().claim("aud", json!(["other", "api"])), 200),
        ("no subject", token().without("sub"), 200),
        ("valid from now on", token().claim("nbf", now), 200),
        ("the last second", token().claim("exp", now + 1), 200),
        ("other audiences", token().claim("aud", json!(["other", "another"])), 401),
        ("no audience", token().without("aud"), 401),
        ("an odd audience", token().claim("aud", 5), 401),
        ("an odd subject", token().claim("sub", 5), 401),
        ("no end", token().without("exp"), 401),
        ("the first second too late", token().claim("exp", now), 401),
        ("issued later", token().claim("iat", now + 1), 401),
        ("valid later", token().claim("nbf", now + 1), 401),
        ("another key", token().signed_by(SigningKey::generate(Algorithm::ES256, "x")), 401),
        ("an extension", token().header("crit", json!(["exp"])), 401),
    ] {
        assert_eq!(api.status("/", token).await, status, "{what}");
    }
    let (good, other) = (token().build(), token().subject("root").build());
    let (mut parts, others): (Vec<_>, Vec<_>) = (good.split('.').collect(), other.split('.').collect());
    parts[1] = others[1];
    assert_eq!(api.get(parts.join(".")).await.status, 401, "tampered with");
}

#[tokio::test]
async fn claims_are_frozen() {
    /// Everybody has a copy of his own.
    async fn handler(
        Claims(mut first): Claims<Map<String, Value>>,
        Claims(second): Claims<Map<String, Value>>,
        claims: OAuth2Claims,
    ) -> String {
        first.insert("sub".to_owned(), "root".into());
        let subject = |claims: &Map<String, Value>| claims["sub"].clone();
        format!("{} {} {}", subject(&second), subject(&claims.members()), claims.members()["extra"])
    }
    let world = World::new().await;
    let server = world.server().await;
    // It has a good token of somebody else at hand, and puts that one's claims into the request.
    let root = server.verify(&world.token().subject("root").build()).await.unwrap();
    let meddler = from_fn(move |mut request: Request, next: Next| {
        let root = root.clone();
        async move {
            assert_eq!(OAuth2Claims::of(request.extensions()).unwrap().subject(), Some("alice"));
            request.extensions_mut().insert(root);
            let answer: Response = next.run(request).await;
            answer
        }
    });
    let app = Router::new().route("/", get(handler));
    let api = Api::serve(app.layer(meddler).layer(server.layer())).await;
    let token = world.token().claim("extra", json!({"a": [1]}));
    assert_eq!(api.get(token.build()).await.body, r#""alice" "alice" {"a":[1]}"#);
}

#[tokio::test]
async fn keys_are_fetched_once_and_an_outage_is_no_bad_token() {
    let world = World::new().await;
    let api = serve(&world, |provider| provider).await;
    for _ in 0..20 {
        assert_eq!(api.status("/", world.token()).await, 200);
    }
    assert_eq!(world.issuer.jwks_requests(), 1);
    world.issuer.set_down(true);
    assert_eq!(api.status("/", world.token()).await, 200);
    world.clock.advance(Duration::from_secs(2 * 60 * 60));
    assert_eq!(api.status("/", world.token()).await, 503);
    world.issuer.set_down(false);
    world.clock.advance(Duration::from_secs(60));
    assert_eq!(api.status("/", world.token()).await, 200);
}

#[tokio::test]
async fn keys_that_are_none_do_not_start() {
    let url = "https://login.example.com/keys";
    let key = SigningKey::generate(Algorithm::ES256, "1").jwk();
    for (body, starts) in [
        (json!({ "keys": [key] }).to_string(), true),
        ("not JSON".to_owned(), false),
        ("[]".to_owned(), false),
        (json!({ "keys": [] }).to_string(), false),
        (json!({ "keys": [{"kty": "RSA"}] }).to_string(), false),
    ] {
        let canned = Canned::default();
        canned.says(url, body.clone());
        let provider = Provider::with_jwks_url("https://login.example.com", url).audience("api");
        let built = ResourceServer::builder().provider(provider).fetch(canned).build().await;
        assert_eq!(built.is_ok(), starts, "{body}");
    }
}
