//! Issuers that are known only while the API runs.

use std::sync::Arc;
use std::time::Duration;

use axum::BoxError;
use oauth2_guard::fetch::{FetchFailure, KeySource};
use oauth2_guard::testing::{SigningKey, TestClock, TokenBuilder};
use oauth2_guard::{Algorithm, Clock, Provider, ResolveIssuer, ResourceServer};
use tokio::task::JoinSet;

use crate::tenants::{MINUTE, Mood, Tenants, World, issuer_at};
use crate::waiting::{at_once, polled, status};

#[tokio::test]
async fn a_token_of_a_resolved_issuer_is_verified_and_says_whose_it_is() {
    let world = World::new().await;
    let claims = world.server.verify(&world.token()).await.expect("claims");
    assert_eq!((claims.issuer(), claims.provider()), (world.tenant.url(), "tenants"));
    let forged = world.tenant.token().signed_by(world.stranger.key(Algorithm::ES256)).build();
    assert_eq!(status(&world.server, &forged).await, 401);
    let other_audience = world.tenant.token().audience("another").build();
    assert_eq!(status(&world.server, &other_audience).await, 401);
    assert_eq!(world.tenants.asked.get(), 1);
}

#[tokio::test]
async fn who_is_not_resolved_is_refused_and_not_spoken_to() {
    let world = World::new().await;
    let stranger = world.stranger.token().build();
    assert_eq!(status(&world.server, &stranger).await, 401);
    assert_eq!(at_once(&world.server, &stranger).await, 401);
    assert_eq!((world.tenants.asked.get(), world.stranger.jwks_requests()), (1, 0));

    world.clock.advance(Duration::from_secs(30));
    assert_eq!(status(&world.server, &stranger).await, 401);
    assert_eq!(world.tenants.asked.get(), 2);

    let provider = world.stranger.provider().name("tenants");
    world.tenants.state().providers.insert(world.stranger.url().to_owned(), provider);
    world.clock.advance(Duration::from_secs(30));
    let stranger = world.stranger.token().build();
    assert_eq!(status(&world.server, &stranger).await, 200);
}

#[tokio::test]
async fn an_issuer_is_compared_byte_by_byte() {
    let world = World::new().await;
    let with_slash = format!("{}/", world.tenant.url());
    let token = world.tenant.token().claim("iss", with_slash).build();
    assert_eq!(status(&world.server, &token).await, 401);
    for iss in ["", "x\0y", &"x".repeat(2_000)] {
        let token = world.tenant.token().claim("iss", iss).build();
        assert_eq!(status(&world.server, &token).await, 401, "{}", iss.len());
    }
    assert_eq!(world.tenants.asked.get(), 3, "what is too long for an issuer is not asked for");
}

#[tokio::test]
async fn all_who_come_with_one_issuer_share_the_answer() {
    let world = World::new().await;
    world.tenants.is(Mood::Waiting);
    let mut requests = JoinSet::new();
    for _ in 0..50 {
        let (server, token) = (world.server.clone(), world.token());
        requests.spawn(async move { status(&server, &token).await });
    }
    world.answered(1).await;
    world.tenants.go.notify_one();
    assert_eq!(requests.join_all().await, [200; 50]);
    assert_eq!((world.tenants.asked.get(), world.tenant.jwks_requests()), (1, 1));
    assert_eq!(at_once(&world.server, &world.token()).await, 200);
}

#[tokio::test]
async fn who_leaves_does_not_end_the_question_for_others() {
    let world = World::new().await;
    world.tenants.is(Mood::Waiting);
    let token = world.token();
    assert_eq!(polled(status(&world.server, &token), 1).await, None);
    world.answered(1).await;
    world.tenants.go.notify_one();
    assert_eq!(world.status().await, 200);
    assert_eq!(world.tenants.asked.get(), 1);
}

#[tokio::test]
async fn a_question_without_an_answer_is_503_and_is_asked_again_after_a_pause() {
    for mood in [Mood::Broken, Mood::Panicking] {
        let world = World::new().await;
        world.tenants.is(mood);
        let rejection = world.server.verify(&world.token()).await.expect_err("no answer");
        assert_eq!(rejection.status().as_u16(), 503);
        assert_eq!(world.status().await, 503);
        assert_eq!(world.tenants.asked.get(), 1);

        world.tenants.is(Mood::Well);
        world.clock.advance(Duration::from_secs(5));
        assert_eq!(world.status().await, 200);
    }
}

#[tokio::test(start_paused = true)]
async fn a_question_has_five_seconds() {
    let world = World::new().await;
    world.tenants.is(Mood::Silent);
    assert_eq!(world.status().await, 503);
    world.tenants.is(Mood::Well);
    world.clock.advance(Duration::from_secs(5));
    assert_eq!(world.status().await, 200);
}

#[tokio::test]
async fn who_is_no_longer_trusted_is_refused_after_the_next_question() {
    let world = World::new().await;
    assert_eq!(world.status().await, 200);
    world.tenants.state().providers.clear();
    world.clock.advance(9 * MINUTE);
    assert_eq!(world.status().await, 200);
    assert_eq!(world.tenants.asked.get(), 1);

    world.clock.advance(MINUTE);
    assert_eq!(at_once(&world.server, &world.token()).await, 200, "the question is asked in the background");
    world.answered(2).await;
    while at_once(&world.server, &world.token()).await == 200 {
        tokio::task::yield_now().await;
    }
    assert_eq!(world.status().await, 401);
}

#[tokio::test]
async fn an_outage_of_the_resolver_is_not_seen_for_an_hour_and_heals_by_itself() {
    let world = World::new().await;
    assert_eq!(world.status().await, 200);
    world.tenants.is(Mood::Broken);
    for _ in 0..11 {
        world.clock.advance(5 * MINUTE);
        assert_eq!(world.status().await, 200);
    }
    world.clock.advance(5 * MINUTE);
    assert_eq!(world.status().await, 503);
    world.tenants.is(Mood::Well);
    world.clock.advance(Duration::from_secs(5));
    assert_eq!(world.status().await, 200);
}

#[tokio::test]
async fn an_outage_of_the_tenants_authorization_server_is_503_for_its_tokens_alone() {
    let world = World::new().await;
    world.tenant.set_down(true);
    assert_eq!(world.status().await, 503);
    assert_eq!(status(&world.server, &world.stranger.token().build()).await, 401);
    world.tenant.set_down(false);
    world.clock.advance(Duration::from_secs(5));
    assert_eq!(world.status().await, 200);
}

#[tokio::test]
async fn a_provider_that_is_not_the_one_asked_for_is_not_trusted() {
    let world = World::new().await;
    // A resolver that makes a provider of the tenant for whatever it is asked.
    let stranger = world.stranger.url().to_owned();
    world.tenants.state().providers.insert(stranger, world.tenant.provider().name("tenants"));
    let token = world.stranger.token().build();
    assert_eq!(status(&world.server, &token).await, 503);
    assert_eq!(world.stranger.jwks_requests(), 0);
    assert_eq!(world.status().await, 200);
}

#[tokio::test]
async fn a_provider_that_is_configured_wrongly_is_not_trusted() {
    let world = World::new().await;
    let issuer = "http://tenant.example";
    world.tenants.state().providers.insert(issuer.to_owned(), Provider::discover(issuer).audience("api"));
    let token = world.tenant.token().claim("iss", issuer).build();
    assert_eq!(status(&world.server, &token).await, 503);
}

#[tokio::test]
async fn a_configured_provider_comes_first_and_keeps_its_name_to_itself() {
    let world = World::new().await;
    let staff = issuer_at(&world.clock).await;
    let impostor = world.tenant.provider().name("staff");
    let tenants = Tenants::of(&[(world.tenant.url(), impostor), (staff.url(), world.tenant.provider())]);
    let builder = ResourceServer::builder().clock(world.clock.clone());
    let builder = builder.provider(staff.provider().name("staff")).resolve_issuers(tenants.clone());
    let server = builder.build().await.expect("a server");

    assert_eq!(status(&server, &staff.token().build()).await, 200);
    assert_eq!(tenants.asked.get(), 0);
    assert_eq!(status(&server, &world.token()).await, 503);

    let renamed = world.tenant.provider().name("tenants");
    tenants.state().providers.insert(world.tenant.url().to_owned(), renamed);
    world.clock.advance(Duration::from_secs(5));
    assert_eq!(status(&server, &world.token()).await, 200);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_nobody_asked_for_in_a_while_is_waited_for_shortly() {
    let world = World::new().await;
    world.keep_keys_at_hand();
    assert_eq!(world.status().await, 200);
    world.tenants.state().providers.clear();
    world.clock.advance(59 * MINUTE);
    assert_eq!(world.status().await, 401);

    let world = World::new().await;
    world.keep_keys_at_hand();
    assert_eq!(world.status().await, 200);
    world.tenants.is(Mood::Silent);
    world.clock.advance(59 * MINUTE);
    let began = tokio::time::Instant::now();
    assert_eq!(world.status().await, 200);
    assert_eq!(began.elapsed(), Duration::from_millis(250), "of the paused clock");
}

#[tokio::test]
async fn without_a_runtime_there_is_no_server_that_resolves() {
    let outcome = std::thread::spawn(|| {
        let mut build = std::pin::pin!(ResourceServer::builder().resolve_issuers(Tenants::default()).build());
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        build.as_mut().poll(&mut context).map(|built| built.err().map(|error| error.to_string()))
    });
    let error = match outcome.join().expect("no panic") {
        std::task::Poll::Ready(Some(error)) => error,
        other => panic!("{other:?}"),
    };
    assert!(error.contains("await `build` within one"), "{error}");
}

/// Each would keep its keys in memory, and there may be a new one every ten minutes.
#[tokio::test]
async fn tokens_that_are_remembered_do_not_keep_the_providers_of_old_answers() {
    struct Keys(String);
    impl KeySource for Keys {
        async fn jwks(&self) -> Result<Vec<u8>, FetchFailure> {
            Ok(self.0.clone().into_bytes())
        }
    }
    struct Anew(Arc<Keys>);
    impl ResolveIssuer for Anew {
        async fn provider(&self, issuer: &str) -> Result<Option<Provider>, BoxError> {
            Ok(Some(Provider::with_key_source(issuer, Arc::clone(&self.0)).audience("api")))
        }
    }

    let (clock, key) = (TestClock::new(), Arc::new(SigningKey::generate(Algorithm::ES256, "1")));
    let keys = Arc::new(Keys(serde_json::json!({ "keys": [key.jwk()] }).to_string()));
    let server = ResourceServer::builder().clock(clock.clone()).resolve_issuers(Anew(Arc::clone(&keys)));
    let server = server.build().await.expect("a server");
    let mut most = 0;
    for _ in 0..200 {
        let token = TokenBuilder::new("https://tenant.example.com", "api", Arc::clone(&key));
        let token = token.issued_at(clock.now()).build();
        assert_eq!(status(&server, &token).await, 200);
        assert_eq!(at_once(&server, &token).await, 200);
        most = most.max(Arc::strong_count(&keys));
        clock.advance(61 * MINUTE);
    }
    assert!((20..100).contains(&most), "{most} providers at once");
}
