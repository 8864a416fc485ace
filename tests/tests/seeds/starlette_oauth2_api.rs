//! starlette-oauth2-api 0.2.6, and authx-extra 1.2.0, which has the same code.
//!
//! | its tests | test |
//! |---|---|
//! | `no_header`, `wrong_header` | `starlette_oauth2_api::without_a_bearer_token_nothing_is_reached`; with its own bodies and statuses: the example `answers_of_starlette` |
//! | `all_good`, `check_claims` | `starlette_oauth2_api::the_provider_that_accepted_the_token_is_named_beside_its_claims` |
//! | `keys_as_dict` | `starlette_oauth2_api::keys_are_a_set_a_key_pem_or_a_secret` |
//! | `default_get_keys` | `starlette_oauth2_api::keys_are_fetched_over_http_unless_it_is_said_otherwise` |
//! | `get_keys` | `starlette_oauth2_api::get_keys_is_a_source_of_ones_own` |
//! | `cors_preflight_request` | `starlette_oauth2_api::preflights_are_answered_by_a_cors_layer_outside` |
//! | `ignore_at_hash` | `starlette_oauth2_api::an_at_hash_is_not_verified_where_id_tokens_are_allowed` |
//! | `wrong_key`, `wrong_signature`, `expired`, `wrong_audience`, `wrong_issuer`, `wrong_provider` | `starlette_oauth2_api::what_no_provider_accepts_is_refused` |
//! | `public_path` | `starlette_oauth2_api::a_public_path_is_exact` |
//! | `wrong_configuration` | `starlette_oauth2_api::a_provider_that_lacks_something_does_not_start` |
//! | `key_timeout_none`, `_zero`, `_two`, `key_refresh_dict` | `starlette_oauth2_api::keys_are_refreshed_never_always_or_after_minutes_by_provider` |
//! | `websocket_ok`, `websocket_not_ok` | `starlette_oauth2_api::a_websocket_opens_with_a_good_token_and_is_closed_with_1008_without` |

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::extract::ws::WebSocketUpgrade;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::{any, get};
use oauth2_guard::fetch::{FetchFailure, KeySource};
use oauth2_guard::testing::{SigningKey, TestClock, TokenBuilder};
use oauth2_guard::{Algorithm, Clock, OAuth2Claims, Provider, ResourceServer, requires};
use oauth2_guard_tests::canned::Canned;
use oauth2_guard_tests::pem::PemKey;
use oauth2_guard_tests::{Api, Counter, World};
use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::json;
use tower_http::cors::CorsLayer;

use crate::cases::anonymous;

const ISSUER: &str = "https://login.example.com";

async fn home(claims: OAuth2Claims) -> String {
    format!("{} {}", claims.provider(), claims.members()["tenant"])
}

fn key(id: &str) -> SigningKey {
    SigningKey::generate(Algorithm::ES256, id)
}

fn set(keys: &[&SigningKey]) -> String {
    json!({"keys": keys.iter().map(|key| key.jwk()).collect::<Vec<_>>()}).to_string()
}

#[tokio::test]
async fn without_a_bearer_token_nothing_is_reached() {
    let world = World::new().await;
    let api = world.serve(Router::new().route("/", get(home))).await;
    for (method, path) in [(Method::GET, "/"), (Method::GET, "/unknown"), (Method::OPTIONS, "/")] {
        assert_eq!(anonymous(&api, method, path).await.status, 401, "{path}");
    }
    for header in [&b"Basic YTpi"[..], b"abc", b""] {
        let answer = api.get_with(&[header]).await;
        assert_eq!((answer.status, answer.error()), (401, None));
    }
    let token = world.token().claim("tenant", 1).build();
    assert_eq!(api.get_with(&[format!("Bearer {token}").as_bytes()]).await.status, 200);
}

#[tokio::test]
async fn the_provider_that_accepted_the_token_is_named_beside_its_claims() {
    let (google, microsoft) = (key("1"), key("1"));
    let provider = |issuer: &str, key| Provider::with_jwks(issuer, set(&[key])).audience("api");
    let server = ResourceServer::builder()
        .provider(provider("https://google.example", &google).name("google"))
        .provider(provider("https://microsoft.example", &microsoft).name("microsoft"))
        .build()
        .await
        .unwrap();
    // As `scope["oauth2-provider"]`, for other middleware.
    let seen = Arc::new(Mutex::new(Vec::new()));
    let middleware = {
        let seen = Arc::clone(&seen);
        from_fn(move |request: Request, next: Next| {
            let claims = OAuth2Claims::of(request.extensions()).unwrap();
            seen.lock().unwrap().push(claims.provider().to_owned());
            async move { next.run(request).await }
        })
    };
    let api = Api::serve(Router::new().route("/", get(home)).layer(middleware).layer(server.layer())).await;
    let google = TokenBuilder::new("https://google.example", "api", google).claim("tenant", "acme");
    let microsoft = TokenBuilder::new("https://microsoft.example", "api", microsoft).claim("tenant", [1]);
    assert_eq!(api.get(google.build()).await.body, r#"google "acme""#);
    assert_eq!(api.get(microsoft.build()).await.body, "microsoft [1]");
    assert_eq!(*seen.lock().unwrap(), ["google", "microsoft"]);
    // The one does not vouch for the other.
    let forged = google.claim("iss", "https://microsoft.example");
    assert_eq!(api.get(forged.build()).await.status, 401);
}

#[tokio::test]
async fn keys_are_a_set_a_key_pem_or_a_secret() {
    let secret: Vec<u8> = (0..32).collect();
    let (set_key, pem, shared) =
        (key("1"), PemKey::generate(Algorithm::ES256), SigningKey::secret(Algorithm::HS256, "1", &secret));
    let of_set = Provider::with_jwks(ISSUER, set(&[&set_key]));
    let (of_pem, of_secret) =
        (Provider::with_pem(ISSUER, pem.public()), Provider::with_shared_secret(ISSUER, secret));
    let token = TokenBuilder::new(ISSUER, "api", key("1"));
    let tokens = [
        token.clone().signed_by(set_key).build(),
        pem.sign(&token),
        token.clone().header("alg", "HS256").signed_by(shared).build(),
    ];
    for (index, provider) in [of_set, of_pem, of_secret].into_iter().enumerate() {
        let server = ResourceServer::builder().provider(provider.audience("api")).build().await.unwrap();
        for (other, token) in tokens.iter().enumerate() {
            assert_eq!(server.verify(token).await.is_ok(), index == other, "{index} {other}");
        }
    }
}

#[tokio::test]
async fn keys_are_fetched_over_http_unless_it_is_said_otherwise() {
    let world = World::new().await;
    let server = world.server().await;
    assert_eq!(world.issuer.jwks_requests(), 1);
    assert!(server.verify(&world.token().build()).await.is_ok());
    assert_eq!(world.issuer.jwks_requests(), 1);
    assert!(server.verify(&world.token().audience("x").build()).await.is_err());
}

/// What their `get_keys` is.
struct GetKeys {
    keys: String,
    asked: Counter,
}

impl KeySource for GetKeys {
    async fn jwks(&self) -> Result<Vec<u8>, FetchFailure> {
        self.asked.count();
        Ok(self.keys.clone().into())
    }
}

#[tokio::test]
async fn get_keys_is_a_source_of_ones_own() {
    let key = Arc::new(key("1"));
    let source = Arc::new(GetKeys { keys: set(&[&key]), asked: Counter::default() });
    let provider = Provider::with_key_source(ISSUER, Arc::clone(&source)).audience("api");
    let server = ResourceServer::builder().provider(provider).build().await.unwrap();
    assert_eq!(source.asked.get(), 1);
    let token = TokenBuilder::new(ISSUER, "api", key);
    for _ in 0..3 {
        assert!(server.verify(&token.build()).await.is_ok());
    }
    assert!(server.verify(&token.audience("x").build()).await.is_err());
    assert_eq!(source.asked.get(), 1);
}

#[tokio::test]
async fn preflights_are_answered_by_a_cors_layer_outside() {
    let world = World::new().await;
    let cors = CorsLayer::new()
        .allow_origin(HeaderValue::from_static("https://app.example"))
        .allow_methods([Method::GET])
        .allow_headers([header::AUTHORIZATION]);
    let app = Router::new().route("/", get(home)).layer(world.server().await.layer());
    let (outside, without) = (Api::serve(app.clone().layer(cors)).await, Api::serve(app).await);
    let preflight: HeaderMap = [
        (header::ORIGIN, HeaderValue::from_static("https://app.example")),
        (header::ACCESS_CONTROL_REQUEST_METHOD, HeaderValue::from_static("GET")),
        (header::ACCESS_CONTROL_REQUEST_HEADERS, HeaderValue::from_static("authorization")),
    ]
    .into_iter()
    .map(|(name, value): (HeaderName, _)| (name, value))
    .collect();
    assert_eq!(outside.send(Method::OPTIONS, "/", preflight.clone(), "").await.status, 200);
    assert_eq!(without.send(Method::OPTIONS, "/", preflight, "").await.status, 401);
    // The request itself needs its token.
    assert_eq!(anonymous(&outside, Method::GET, "/").await.status, 401);
    assert_eq!(outside.get(world.token().claim("tenant", 1).build()).await.status, 200);
}

#[tokio::test]
async fn an_at_hash_is_not_verified_where_id_tokens_are_allowed() {
    let world = World::new().await;
    let token = world.token().claim("at_hash", "MTIzNDU2Nzg5MDEyMzQ1Ng").build();
    assert!(world.server().await.verify(&token).await.is_err());
    let server = world.server_with(|builder| builder, Provider::allow_id_tokens).await;
    assert!(server.verify(&token).await.is_ok());
}

#[tokio::test]
async fn what_no_provider_accepts_is_refused() {
    let world = World::new().await;
    let api = world.serve(Router::new().route("/", get(home))).await;
    let token = || world.token().claim("tenant", 1);
    for (what, token) in [
        ("another key", token().signed_by(key("x"))),
        ("expired", token().expired()),
        ("another audience", token().audience("x")),
        ("another issuer", token().claim("iss", "https://other.example")),
        ("another provider", TokenBuilder::new("https://other.example", "api", key("x"))),
    ] {
        let answer = api.get(token.build()).await;
        assert_eq!((answer.status, answer.error()), (401, Some("invalid_token")), "{what}");
    }
    let good = token().build();
    let (head, _) = good.rsplit_once('.').unwrap();
    assert_eq!(api.get(format!("{head}.AAAA")).await.status, 401);
    assert_eq!(api.get(good).await.status, 200);
}

#[tokio::test]
async fn a_public_path_is_exact() {
    async fn open() -> &'static str {
        "open"
    }
    let world = World::new().await;
    let layer = world.server().await.layer().public_paths(["/public"]).unwrap();
    let app = Router::new().route("/public", get(open)).route("/public/more", get(open)).layer(layer);
    let api = Api::serve(app).await;
    assert_eq!(anonymous(&api, Method::GET, "/public").await.body, "open");
    for path in ["/public/", "/public/more", "/publicity", "/"] {
        assert_eq!(anonymous(&api, Method::GET, path).await.status, 401, "{path}");
    }
    assert_eq!(api.get_path("/public/more", world.token().build()).await.body, "open");
}

#[tokio::test]
async fn a_provider_that_lacks_something_does_not_start() {
    let keys = format!("{ISSUER}/keys");
    for (provider, message) in [
        (Provider::with_jwks_url(ISSUER, &keys), Some("it has no audience")),
        (Provider::with_jwks_url("", &keys).audience("api"), Some("issuer")),
        (Provider::with_jwks_url(ISSUER, "").audience("api"), Some("")),
        (Provider::with_jwks_url(ISSUER, "http://login.example.com/keys").audience("api"), Some("https")),
        (Provider::with_jwks_url(ISSUER, &keys).audience("api"), None),
    ] {
        let built =
            ResourceServer::builder().provider(provider).fetch(Canned::default()).lazy().build().await;
        match message {
            Some(message) => {
                let error = built.unwrap_err().to_string();
                assert!(error.contains(message), "{error}");
            }
            None => drop(built.unwrap()),
        }
    }
}

#[tokio::test]
async fn keys_are_refreshed_never_always_or_after_minutes_by_provider() {
    const MINUTE: Duration = Duration::from_secs(60);
    let clock = TestClock::new();
    let of = |name: &str, keys| {
        let source = Arc::new(GetKeys { keys, asked: Counter::default() });
        let provider = Provider::with_key_source(format!("https://{name}.example"), Arc::clone(&source));
        (source, provider.audience("api").name(name))
    };
    let key = Arc::new(key("1"));
    let ((never, a), (always, b), (two, c)) =
        (of("a", set(&[&key])), of("b", set(&[&key])), of("c", set(&[&key])));
    let server = ResourceServer::builder()
        .clock(clock.clone())
        // `None`, `0` and `{"c": 2}`.
        .provider(a.insecure_never_refresh())
        .provider(b.key_refresh_always())
        .provider(c.key_refresh(2 * MINUTE))
        .build()
        .await
        .unwrap();
    let asked = async |minutes: u32| {
        clock.advance(MINUTE * minutes);
        for name in ["a", "b", "c"] {
            let issuer = format!("https://{name}.example");
            let token = TokenBuilder::new(&issuer, "api", Arc::clone(&key)).issued_at(clock.now());
            assert!(server.verify(&token.build()).await.is_ok(), "{name}");
        }
        // What was begun in the background has its turn.
        tokio::task::yield_now().await;
        [never.asked.get(), always.asked.get(), two.asked.get()]
    };
    assert_eq!([never.asked.get(), always.asked.get(), two.asked.get()], [1, 1, 1]);
    assert_eq!(asked(0).await, [1, 2, 1]);
    assert_eq!(asked(1).await, [1, 3, 1]);
    assert_eq!(asked(2).await, [1, 4, 2]);
    assert_eq!(asked(1).await, [1, 5, 2]);
}

#[tokio::test]
async fn a_websocket_opens_with_a_good_token_and_is_closed_with_1008_without() {
    #[requires]
    async fn chat(upgrade: WebSocketUpgrade) -> Response {
        upgrade.on_upgrade(async |mut socket| drop(socket.send("hello".into()).await))
    }
    let world = World::new().await;
    let layer = world.server().await.layer();
    let routes = || Router::new().route("/", any(chat));
    let closing = Api::serve(routes().layer(layer.clone().close_refused_websockets())).await;
    let plain = Api::serve(routes().layer(layer)).await;
    let good = world.token().build();
    for api in [&closing, &plain] {
        assert_eq!(api.handshake("/").bearer(&good).open().await.unwrap().hear().await, "hello");
    }
    // Their documents have the code, and on the wire it is 403.
    let expired = world.token().expired().build();
    let mut socket = closing.handshake("/").open().await.unwrap();
    assert_eq!(socket.closed().await, (1008, "no_credentials".to_owned()));
    let mut socket = closing.handshake("/").bearer(&expired).open().await.unwrap();
    assert_eq!(socket.closed().await, (1008, "invalid_token".to_owned()));
    assert_eq!(plain.handshake("/").open().await.err().unwrap().status, 401);
    assert_eq!(plain.handshake("/").bearer(&expired).open().await.err().unwrap().status, 401);
}
