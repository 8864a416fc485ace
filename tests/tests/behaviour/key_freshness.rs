//! What becomes of requests as the keys grow old.

use std::future::poll_fn;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, DATE, HeaderValue, RETRY_AFTER};
use axum::response::IntoResponse;
use axum::routing::get;
use oauth2_guard::testing::{Issuer, SigningKey};
use oauth2_guard::{Algorithm, Provider, Reason, ResourceServer};
use oauth2_guard_tests::{Api, Counter, World};
use serde_json::json;
use tokio::sync::Semaphore;

use crate::waiting::status;

const FRESH: Duration = Duration::from_secs(10 * 60);
const HOUR: Duration = Duration::from_secs(60 * 60);

#[derive(Clone)]
struct KeyAnswer {
    status: StatusCode,
    keys: Vec<Arc<SigningKey>>,
    /// `Cache-Control` where it has keys, else `Retry-After`.
    header: Option<&'static str>,
    /// If not that of the machine.
    date: Option<&'static str>,
}

/// A key set that serves what it is told to, once it is let.
#[derive(Clone)]
struct KeyServer {
    answer: Arc<Mutex<KeyAnswer>>,
    gate: Arc<Semaphore>,
    requests: Counter,
}

impl KeyServer {
    async fn serve(world: &World) -> (Self, Provider) {
        let key = world.issuer.key(Algorithm::ES256);
        let answer = KeyAnswer { status: StatusCode::OK, keys: vec![key], header: None, date: None };
        let this = Self {
            answer: Arc::new(Mutex::new(answer)),
            gate: Arc::new(Semaphore::new(Semaphore::MAX_PERMITS)),
            requests: Counter::default(),
        };
        let server = this.clone();
        let api = Api::serve(Router::new().route("/", get(async move || server.answer().await))).await;
        let provider = Provider::with_jwks_url(world.issuer.url(), format!("http://{}/", api.address()));
        (this, provider.audience("api"))
    }

    async fn answer(&self) -> impl IntoResponse + use<> {
        self.requests.count();
        let _let_in = self.gate.acquire().await.unwrap();
        let KeyAnswer { status, keys, header, date } = self.answer.lock().unwrap().clone();
        let keys: Vec<_> = keys.iter().map(|key| key.jwk()).collect();
        let mut response = (status, json!({ "keys": keys }).to_string()).into_response();
        if let Some(header) = header {
            let name = if status.is_success() { CACHE_CONTROL } else { RETRY_AFTER };
            response.headers_mut().insert(name, HeaderValue::from_static(header));
        }
        if let Some(date) = date {
            response.headers_mut().insert(DATE, HeaderValue::from_static(date));
        }
        response
    }

    fn is_at(&self, date: &'static str) {
        self.answer.lock().unwrap().date = Some(date);
    }

    fn says(&self, status: StatusCode, header: Option<&'static str>) {
        let mut answer = self.answer.lock().unwrap();
        (answer.status, answer.header) = (status, header);
    }

    fn publishes(&self, keys: impl IntoIterator<Item = Arc<SigningKey>>) {
        self.answer.lock().unwrap().keys = keys.into_iter().collect();
    }
}

async fn server(world: &World, provider: Provider) -> ResourceServer {
    ResourceServer::builder().clock(world.clock.clone()).provider(provider).build().await.unwrap()
}

/// Waits until what was begun in the background has ended: who seeks an unknown key shares it.
async fn settle(server: &ResourceServer, issuer: &Issuer) {
    let bogus = issuer.token().header("kid", "bogus").build();
    assert_ne!(status(server, &bogus).await, 200);
}

#[tokio::test]
async fn a_key_that_was_withdrawn_is_trusted_no_longer_than_keys_are_fresh() {
    let world = World::new().await;
    let server = world.server().await;
    let old = world.token();
    world.issuer.rotate_keys();
    world.issuer.retire_old_keys();
    world.clock.advance(FRESH * 9 / 10 - Duration::from_secs(1));
    assert_eq!(status(&server, &old.clone().expires_in(HOUR).build()).await, 200);
    assert_eq!(world.issuer.jwks_requests(), 1);

    world.clock.advance(FRESH / 10 + Duration::from_secs(1));
    // The first one after that asks for newer keys, and does not wait for them.
    assert_eq!(status(&server, &old.clone().expires_in(HOUR).build()).await, 200);
    settle(&server, &world.issuer).await;
    assert_eq!(world.issuer.jwks_requests(), 2);
    assert_eq!(status(&server, &old.expires_in(HOUR).build()).await, 401);
    assert_eq!(status(&server, &world.token().build()).await, 200);
    assert_eq!(world.issuer.jwks_requests(), 2);
}

#[tokio::test]
async fn stale_keys_serve_while_one_request_asks_for_newer_ones() {
    let world = World::new().await;
    let (keys, provider) = KeyServer::serve(&world).await;
    let server = server(&world, provider).await;
    world.clock.advance(FRESH);
    keys.gate.forget_permits(Semaphore::MAX_PERMITS);
    let token = world.token().build();
    for _ in 0..50 {
        // At once: it is ready when it is polled first.
        let mut verified = Box::pin(server.verify(&token));
        let ready = poll_fn(|context| Poll::Ready(verified.as_mut().poll(context))).await;
        assert!(matches!(ready, Poll::Ready(Ok(_))));
    }
    keys.gate.add_permits(1);
    settle(&server, &world.issuer).await;
    assert_eq!(keys.requests.get(), 2);
}

#[tokio::test]
async fn after_a_long_silence_newer_keys_are_worth_a_short_wait() {
    let world = World::new().await;
    let (keys, provider) = KeyServer::serve(&world).await;
    let server = server(&world, provider).await;
    world.clock.advance(FRESH + Duration::from_secs(61));
    keys.gate.forget_permits(Semaphore::MAX_PERMITS);
    let token = world.token().build();
    // They wait together; then the keys at hand will do.
    let (mut first, mut second) = (Box::pin(server.verify(&token)), Box::pin(server.verify(&token)));
    for waiting in [&mut first, &mut second] {
        assert!(poll_fn(|context| Poll::Ready(waiting.as_mut().poll(context).is_pending())).await);
    }
    assert!(first.await.is_ok() && second.await.is_ok());
    keys.gate.add_permits(1);
    settle(&server, &world.issuer).await;
    assert_eq!(keys.requests.get(), 2);
}

#[tokio::test]
async fn an_outage_of_half_an_hour_is_invisible() {
    let world = World::new().await;
    let (keys, provider) = KeyServer::serve(&world).await;
    let server = server(&world, provider).await;
    keys.says(StatusCode::SERVICE_UNAVAILABLE, None);
    for minute in 1..=30 {
        world.clock.advance(Duration::from_secs(60));
        assert_eq!(status(&server, &world.token().build()).await, 200, "{minute}");
        // What was begun in the background ends meanwhile.
        assert_eq!(status(&server, &world.token().header("kid", "bogus").build()).await, 503, "{minute}");
    }
    assert!(keys.requests.get() > 20, "it asked: {}", keys.requests.get());
    keys.says(StatusCode::OK, None);
    world.clock.advance(Duration::from_secs(60));
    settle(&server, &world.issuer).await;
    assert_eq!(status(&server, &world.token().build()).await, 200);
}

#[tokio::test]
async fn keys_that_could_not_be_refreshed_for_an_hour_are_used_no_more_until_they_are() {
    let world = World::new().await;
    let (keys, provider) = KeyServer::serve(&world).await;
    let api =
        Api::serve(Router::new().route("/", get(|| async {})).layer(server(&world, provider).await.layer()))
            .await;
    keys.says(StatusCode::BAD_GATEWAY, None);
    world.clock.advance(HOUR);
    let answer = api.get(world.token().build()).await;
    assert_eq!((answer.status, answer.challenge.as_deref()), (503, None));
    assert_eq!(answer.retry_after.as_deref(), Some("30"));
    let requests = keys.requests.get();
    assert_eq!(api.get(world.token().build()).await.status, 503);
    assert_eq!(keys.requests.get(), requests, "nobody is asked twice in half a minute");
    // What is no token of ours is refused as ever.
    assert_eq!(api.get(world.token().claim("iss", "https://evil.example").build()).await.status, 401);

    keys.says(StatusCode::OK, None);
    world.clock.advance(Duration::from_secs(30));
    assert_eq!(api.get(world.token().build()).await.status, 200);
}

#[tokio::test]
async fn the_authorization_server_says_how_long_its_keys_are_fresh() {
    for (header, fresh) in [
        ("public, max-age=300", 300),
        ("max-age=86400", 3600),
        ("max-age=1", 60),
        ("no-cache, no-store", 600),
        ("max-age=200, MAX-AGE=100", 100),
        ("max-age=\"120\"", 120),
        ("private", 600),
        ("max-age=soon", 600),
    ] {
        let world = World::new().await;
        let (keys, provider) = KeyServer::serve(&world).await;
        keys.says(StatusCode::OK, Some(header));
        let server = server(&world, provider).await;
        let fresh = Duration::from_secs(fresh);
        world.clock.advance(fresh * 9 / 10 - Duration::from_secs(1));
        assert_eq!(status(&server, &world.token().build()).await, 200);
        assert_eq!(keys.requests.get(), 1, "{header}");
        world.clock.advance(fresh / 10 + Duration::from_secs(1));
        assert_eq!(status(&server, &world.token().build()).await, 200);
        settle(&server, &world.issuer).await;
        assert_eq!(keys.requests.get(), 2, "{header}");
    }
}

#[tokio::test]
async fn an_authorization_server_that_asks_for_rest_gets_it() {
    let world = World::new().await;
    let (keys, provider) = KeyServer::serve(&world).await;
    let server = server(&world, provider).await;
    keys.says(StatusCode::TOO_MANY_REQUESTS, Some("120"));
    world.clock.advance(FRESH);
    let bogus = || world.token().header("kid", "bogus").build();
    assert_eq!(status(&server, &bogus()).await, 503);
    for _ in 0..3 {
        world.clock.advance(Duration::from_secs(39));
        assert_eq!(status(&server, &bogus()).await, 503);
        assert_eq!(status(&server, &world.token().build()).await, 200);
        assert_eq!(keys.requests.get(), 2);
    }
    keys.says(StatusCode::OK, None);
    world.clock.advance(Duration::from_secs(3));
    assert_eq!(status(&server, &bogus()).await, 401);
    assert_eq!(keys.requests.get(), 3);
}

#[tokio::test]
async fn it_may_ask_for_rest_until_a_date_by_its_own_clock_and_for_five_minutes_at_the_most() {
    for (until, seconds) in [
        ("Mon, 05 Jan 2026 10:02:00 GMT", 120),
        ("Mon, 05 Jan 2026 12:00:00 GMT", 300),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 300),
        // What asks for nothing: the cool-down is kept all the same.
        ("Mon, 05 Jan 2026 10:00:01 GMT", 30),
        ("Mon, 05 Jan 2026 09:00:00 GMT", 30),
        ("Mon, 05 Jan 2026 10:02:00", 30),
        ("soon", 30),
        ("-120", 30),
        ("99999999999999999999", 30),
        ("86400", 300),
    ] {
        let world = World::new().await;
        let (keys, provider) = KeyServer::serve(&world).await;
        let server = server(&world, provider).await;
        keys.says(StatusCode::SERVICE_UNAVAILABLE, Some(until));
        keys.is_at("Mon, 05 Jan 2026 10:00:00 GMT");
        world.clock.advance(FRESH);
        let bogus = || world.token().header("kid", "bogus").build();
        assert_eq!(status(&server, &bogus()).await, 503);
        world.clock.advance(Duration::from_secs(seconds - 1));
        assert_eq!(status(&server, &bogus()).await, 503, "{until}");
        assert_eq!(keys.requests.get(), 2, "{until}");
        keys.says(StatusCode::OK, None);
        world.clock.advance(Duration::from_secs(1));
        assert_eq!(status(&server, &bogus()).await, 401, "{until}");
        assert_eq!(keys.requests.get(), 3, "{until}");
    }
}

#[tokio::test]
async fn keys_are_refreshed_as_often_as_the_provider_is_told() {
    let world = World::new().await;
    let (keys, provider) = KeyServer::serve(&world).await;
    keys.says(StatusCode::OK, Some("max-age=3600"));
    let server = server(&world, provider.key_refresh(Duration::from_secs(60))).await;
    world.clock.advance(Duration::from_secs(60));
    assert_eq!(status(&server, &world.token().build()).await, 200);
    settle(&server, &world.issuer).await;
    assert_eq!(keys.requests.get(), 2);
}

#[tokio::test]
async fn keys_that_are_always_refreshed_are_those_of_the_moment() {
    let world = World::new().await;
    let (keys, provider) = KeyServer::serve(&world).await;
    let server = server(&world, provider.key_refresh_always()).await;
    let token = world.token().build();
    assert_eq!(status(&server, &token).await, 200);
    keys.publishes([Arc::new(SigningKey::generate(Algorithm::ES256, "another"))]);
    assert_eq!(status(&server, &token).await, 401);
    keys.publishes([world.issuer.key(Algorithm::ES256)]);
    assert_eq!(status(&server, &token).await, 200);
    let requests = keys.requests.get();
    assert_eq!(status(&server, &world.token().claim("iss", "https://evil.example").build()).await, 401);
    assert_eq!(keys.requests.get(), requests, "a token of another issuer costs nothing");
    // The known keys outlast an outage here too.
    keys.says(StatusCode::BAD_GATEWAY, None);
    assert_eq!(status(&server, &token).await, 200);
    world.clock.advance(HOUR);
    assert_eq!(status(&server, &world.token().build()).await, 503);
}

#[tokio::test]
async fn keys_that_are_never_refreshed_are_those_of_the_start() {
    let world = World::new().await;
    let (keys, provider) = KeyServer::serve(&world).await;
    let server = server(&world, provider.insecure_never_refresh()).await;
    keys.publishes([Arc::new(SigningKey::generate(Algorithm::ES256, "another"))]);
    world.clock.advance(HOUR * 24 * 30);
    assert_eq!(status(&server, &world.token().build()).await, 200);
    assert_eq!(status(&server, &world.token().header("kid", "another").build()).await, 401);
    assert_eq!(keys.requests.get(), 1);
}

#[tokio::test]
async fn a_token_of_another_issuer_asks_for_no_newer_keys() {
    let world = World::new().await;
    let server = world.server().await;
    world.clock.advance(HOUR);
    world.issuer.set_down(true);
    let foreign = world.token().claim("iss", "https://evil.example").build();
    assert_eq!(status(&server, &foreign).await, 401);
    assert_eq!(world.issuer.jwks_requests(), 1);
    let own = server.verify(&world.token().build()).await.unwrap_err();
    assert!(matches!(own.reason(), Reason::KeysUnavailable { .. }));
}

#[tokio::test]
async fn a_refresh_makes_sense_of_keys_that_are_fetched() {
    let refused = async |provider: Provider| {
        let built = ResourceServer::builder().provider(provider.audience("api").name("p")).build().await;
        built.unwrap_err().to_string()
    };
    let discovered = || Provider::discover("https://login.example.com");
    assert_eq!(
        refused(discovered().key_refresh(Duration::ZERO)).await,
        "provider `p`: keys that are fresh for 0 s are fetched for every request: say so with `key_refresh_always()`, or raise it"
    );
    let secret =
        || Provider::with_shared_secret("https://internal.example.com", (0..32).collect::<Vec<u8>>());
    for provider in [
        secret().key_refresh(Duration::from_secs(60)),
        secret().key_refresh_always(),
        secret().insecure_never_refresh(),
    ] {
        assert_eq!(
            refused(provider).await,
            "provider `p`: its keys are not fetched, so that they are not refreshed: leave `.key_refresh(..)` out"
        );
    }
    assert!(ResourceServer::builder().provider(secret().audience("api")).build().await.is_ok());
}
