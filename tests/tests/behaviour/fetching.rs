//! Keys that a user's own code fetches: what holds for it all the same.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use axum::http::header::{CACHE_CONTROL, LOCATION, RETRY_AFTER};
use axum::http::{Method, Request, Response};
use oauth2_guard::fetch::{DEADLINE, Fetch, FetchFailure, MAX_BODY_BYTES};
use oauth2_guard::testing::{SigningKey, TestClock, TokenBuilder};
use oauth2_guard::{Algorithm, BuildError, Provider, ResourceServer};
use oauth2_guard_tests::canned::Canned;
use serde_json::json;

const ISSUER: &str = "https://login.example.com";
const KEYS: &str = "https://login.example.com/keys";
const COOL_DOWN: Duration = Duration::from_secs(30);

struct Setup {
    clock: TestClock,
    key: Arc<SigningKey>,
    canned: Canned,
}

impl Setup {
    fn new() -> Self {
        let key = Arc::new(SigningKey::generate(Algorithm::ES256, "1"));
        let canned = Canned::discovered(ISSUER, &[key.jwk()]);
        Self { clock: TestClock::new(), key, canned }
    }

    async fn build(&self) -> Result<ResourceServer, BuildError> {
        let provider = Provider::discover(ISSUER).audience("api").name("p");
        let builder = ResourceServer::builder().clock(self.clock.clone()).provider(provider);
        builder.fetch(self.canned.clone()).build().await
    }

    async fn refusal(&self) -> String {
        let message = self.build().await.unwrap_err().to_string();
        message.strip_prefix("provider `p`: the keys could not be fetched: ").unwrap().to_owned()
    }

    fn token_of(&self, key: &Arc<SigningKey>) -> String {
        use oauth2_guard::Clock;
        TokenBuilder::new(ISSUER, "api", Arc::clone(key)).issued_at(self.clock.now()).build()
    }

    async fn status(&self, server: &ResourceServer, key: &Arc<SigningKey>) -> u16 {
        crate::waiting::status(server, &self.token_of(key)).await
    }
}

#[tokio::test]
async fn https_addresses_are_answered_without_a_network() {
    let setup = Setup::new();
    let server = setup.build().await.unwrap();
    assert_eq!(setup.canned.asked(), [&*format!("{ISSUER}/.well-known/openid-configuration"), KEYS]);
    assert_eq!(setup.status(&server, &setup.key).await, 200);
    let stranger = Arc::new(SigningKey::generate(Algorithm::ES256, "1"));
    assert_eq!(setup.status(&server, &stranger).await, 401);
}

#[tokio::test]
async fn one_fetcher_serves_all_providers() {
    let setup = Setup::new();
    let partners = "https://partners.example.com";
    setup.canned.says("https://partners.example.com/jwks", json!({"keys": [setup.key.jwk()]}).to_string());
    let other = Provider::with_jwks_url(partners, "https://partners.example.com/jwks").audience("api");
    let provider = Provider::discover(ISSUER).audience("api");
    let builder = ResourceServer::builder().provider(provider).provider(other).fetch(setup.canned.clone());
    let server = builder.build().await.unwrap();
    for issuer in [ISSUER, partners] {
        let token = TokenBuilder::new(issuer, "api", Arc::clone(&setup.key)).build();
        assert_eq!(server.verify(&token).await.unwrap().issuer(), issuer);
    }
}

#[tokio::test]
async fn it_is_asked_with_a_bare_get() {
    struct Bare(Canned);
    impl Fetch for Bare {
        async fn get(&self, request: Request<()>) -> Result<Response<Vec<u8>>, FetchFailure> {
            assert_eq!((request.method(), request.headers().len()), (&Method::GET, 0));
            self.0.get(request).await
        }
    }
    let provider = Provider::discover(ISSUER).audience("api");
    let fetch = Arc::new(Bare(Setup::new().canned));
    assert!(ResourceServer::builder().provider(provider).fetch(fetch).build().await.is_ok());
}

#[tokio::test]
async fn only_the_status_200_is_an_answer() {
    for status in [201, 204, 206, 301, 302, 307, 308, 304, 400, 403, 500, 503] {
        let setup = Setup::new();
        let body = json!({"keys": [setup.key.jwk()]}).to_string().into_bytes();
        let elsewhere = "https://login.example.com/elsewhere";
        setup.canned.says(elsewhere, body.clone());
        let response = Response::builder().status(status).header(LOCATION, elsewhere).body(body).unwrap();
        setup.canned.answers(KEYS, response);
        assert_eq!(setup.refusal().await, format!("{KEYS} answered {status}"));
        assert_eq!(setup.canned.asked().len(), 2, "{status}");
    }
}

#[tokio::test]
async fn a_body_may_be_as_long_as_the_limit_and_no_longer() {
    let setup = Setup::new();
    let mut body = json!({"keys": [setup.key.jwk()]}).to_string().into_bytes();
    body.resize(MAX_BODY_BYTES, b' ');
    setup.canned.says(KEYS, body.clone());
    assert!(setup.build().await.is_ok());
    body.push(b' ');
    setup.canned.says(KEYS, body);
    assert_eq!(setup.refusal().await, format!("{KEYS} answered more than {MAX_BODY_BYTES} bytes"));
}

#[tokio::test]
async fn a_key_set_may_have_a_hundred_keys_and_no_more() {
    let setup = Setup::new();
    let jwks = |count: usize| {
        let mut jwk = setup.key.jwk();
        let keys = (0..count).map(|number| {
            jwk["kid"] = number.to_string().into();
            jwk.clone()
        });
        json!({"keys": keys.collect::<Vec<_>>()}).to_string()
    };
    setup.canned.says(KEYS, jwks(100));
    assert!(setup.build().await.is_ok());
    setup.canned.says(KEYS, jwks(101));
    assert_eq!(
        setup.refusal().await,
        format!("the key set at {KEYS} cannot be used: it has more than 100 keys")
    );
}

#[tokio::test]
async fn its_cache_control_and_retry_after_are_read() {
    let setup = Setup::new();
    let body = || json!({"keys": [setup.key.jwk()]}).to_string().into_bytes();
    setup.canned.answers(KEYS, Response::builder().header(CACHE_CONTROL, "max-age=60").body(body()).unwrap());
    let server = setup.build().await.unwrap();
    setup
        .canned
        .answers(KEYS, Response::builder().status(503).header(RETRY_AFTER, "90").body(vec![]).unwrap());
    let new = Arc::new(SigningKey::generate(Algorithm::ES256, "2"));
    setup.clock.advance(Duration::from_secs(60));
    // Stale after a minute; and the fetch that this begins fails.
    assert_eq!(setup.status(&server, &setup.key).await, 200);
    assert_eq!(setup.status(&server, &new).await, 503);
    assert_eq!(setup.canned.asked().len(), 4);
    setup.clock.advance(Duration::from_secs(89));
    assert_eq!(setup.status(&server, &new).await, 503);
    assert_eq!(setup.canned.asked().len(), 4);
    setup.clock.advance(Duration::from_secs(1));
    setup.canned.says(KEYS, json!({"keys": [setup.key.jwk(), new.jwk()]}).to_string());
    assert_eq!(setup.status(&server, &new).await, 200);
    assert_eq!(setup.canned.asked().len(), 6);
}

/// Answers as it should until it is told to misbehave.
struct Odd {
    canned: Canned,
    misbehaves: fn(&str) -> Option<FetchFailure>,
}

impl Fetch for Odd {
    async fn get(&self, request: Request<()>) -> Result<Response<Vec<u8>>, FetchFailure> {
        match (self.misbehaves)(&request.uri().to_string()) {
            Some(failure) => Err(failure),
            None => self.canned.get(request).await,
        }
    }
}

async fn odd(misbehaves: fn(&str) -> Option<FetchFailure>, query: &str) -> BuildError {
    let key = SigningKey::generate(Algorithm::ES256, "1");
    let canned = Canned::default();
    let url = format!("{KEYS}{query}");
    canned.says(&url, json!({"keys": [key.jwk()]}).to_string());
    let builder = |misbehaves| {
        let provider = Provider::with_jwks_url(ISSUER, &url).audience("api").name("p");
        ResourceServer::builder().provider(provider).fetch(Odd { canned: canned.clone(), misbehaves })
    };
    assert!(builder(|_| None).build().await.is_ok());
    let server = builder(misbehaves).lazy().build().await.unwrap();
    let token = TokenBuilder::new(ISSUER, "api", key).build();
    assert_eq!(server.verify(&token).await.unwrap_err().status(), 503);
    let error = builder(misbehaves).build().await.unwrap_err();
    let shown = server.readiness().providers()[0].last_error().unwrap().to_owned();
    assert_eq!(error.to_string(), format!("provider `p`: the keys could not be fetched: {shown}"));
    error
}

#[tokio::test]
async fn a_panic_in_it_is_a_failed_fetch() {
    let error = odd(|_| panic!("canary"), "").await;
    assert_eq!(error.to_string(), "provider `p`: the keys could not be fetched: the fetch panicked");
    assert!(!error.is_temporary());
}

#[tokio::test]
async fn its_error_is_shown_on_one_short_line_and_without_the_query_of_the_address() {
    let error = odd(|url| Some(FetchFailure::new(format!("{url}\nsaid \u{1b}[31mno"))), "?code=canary").await;
    let shown = format!("{KEYS} could not be reached: {KEYS} said  [31mno");
    assert_eq!(error.to_string(), format!("provider `p`: the keys could not be fetched: {shown}"));
    assert!(error.is_temporary());
    let error = odd(|_| Some(FetchFailure::new("x".repeat(100_000))), "").await;
    assert!(error.to_string().ends_with(&format!(": {}", "x".repeat(300))), "{error}");
}

#[tokio::test]
async fn what_lies_behind_an_error_is_not_shown() {
    #[derive(Debug)]
    struct Outer(std::io::Error);
    impl std::fmt::Display for Outer {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("the vault is sealed")
        }
    }
    impl std::error::Error for Outer {
        fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
            Some(&self.0)
        }
    }
    let error = odd(|_| Some(Outer(std::io::Error::other("canary")).into()), "").await;
    assert!(
        error.to_string().ends_with(&format!("{KEYS} could not be reached: the vault is sealed")),
        "{error}"
    );
}

/// Never answers.
struct Silent;

impl Fetch for Silent {
    async fn get(&self, _request: Request<()>) -> Result<Response<Vec<u8>>, FetchFailure> {
        pending().await
    }
}

#[tokio::test(start_paused = true)]
async fn it_is_given_up_after_the_deadline() {
    let started = tokio::time::Instant::now();
    let provider = Provider::discover(ISSUER).audience("api").name("p");
    let error = ResourceServer::builder().provider(provider).fetch(Silent).build().await.unwrap_err();
    assert_eq!(error.to_string(), "provider `p`: the keys could not be fetched: no answer within 5 s");
    assert!(error.is_temporary());
    assert_eq!(started.elapsed().as_secs(), DEADLINE.as_secs());
}

#[tokio::test]
async fn a_flood_of_unknown_keys_asks_it_once_in_a_cool_down() {
    let setup = Setup::new();
    let server = setup.build().await.unwrap();
    let unknown = Arc::new(SigningKey::generate(Algorithm::ES256, "unknown"));
    setup.clock.advance(COOL_DOWN);
    for _ in 0..100 {
        assert_eq!(setup.status(&server, &unknown).await, 401);
    }
    assert_eq!(setup.canned.asked().len(), 4);
}
