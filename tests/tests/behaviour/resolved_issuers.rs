//! Issuers that are known only while the API runs.

use std::collections::HashMap;
use std::future::pending;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::extract::Path;
use axum::routing::get;
use axum::{BoxError, Router};
use oauth2_guard::testing::{Issuer, TestClock};
use oauth2_guard::{Algorithm, OAuth2Claims, Provider, ResolveIssuer, ResourceServer, requires};
use oauth2_guard_tests::{Api, Counter, bearer};
use reqwest::Method;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use crate::waiting::{at_once, status};

const MINUTE: Duration = Duration::from_secs(60);

/// Tenants as some database would have them.
#[derive(Clone, Default)]
struct Tenants {
    state: Arc<Mutex<State>>,
    asked: Counter,
    /// Lets one go on who waits.
    go: Arc<Notify>,
}

#[derive(Default)]
struct State {
    providers: HashMap<String, Provider>,
    mood: Mood,
}

#[derive(Clone, Copy, Default, PartialEq)]
enum Mood {
    #[default]
    Well,
    Broken,
    Panicking,
    Silent,
    Waiting,
}

impl Tenants {
    fn of(providers: &[(&str, Provider)]) -> Self {
        let this = Self::default();
        for (issuer, provider) in providers {
            this.state().providers.insert((*issuer).to_owned(), provider.clone());
        }
        this
    }

    fn is(&self, mood: Mood) {
        self.state().mood = mood;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ResolveIssuer for Tenants {
    async fn provider(&self, issuer: &str) -> Result<Option<Provider>, BoxError> {
        self.asked.count();
        let mood = self.state().mood;
        match mood {
            Mood::Well => {}
            Mood::Broken => return Err("the database is away".into()),
            Mood::Panicking => panic!("a resolver panics"),
            Mood::Silent => pending().await,
            Mood::Waiting => self.go.notified().await,
        }
        Ok(self.state().providers.get(issuer).cloned())
    }
}

/// A tenant's authorization server, and one that nobody trusts.
struct World {
    clock: TestClock,
    tenant: Issuer,
    stranger: Issuer,
    tenants: Tenants,
    server: ResourceServer,
}

async fn issuer_at(clock: &TestClock) -> Issuer {
    let builder = Issuer::builder().clock(clock.clone()).algorithms([Algorithm::ES256]);
    builder.start().await.expect("an issuer")
}

impl World {
    async fn new() -> Self {
        let clock = TestClock::new();
        let (tenant, stranger) = (issuer_at(&clock).await, issuer_at(&clock).await);
        let tenants = Tenants::of(&[(tenant.url(), tenant.provider().name("tenants"))]);
        let builder = ResourceServer::builder().clock(clock.clone()).resolve_issuers(tenants.clone());
        let server = builder.build().await.expect("a server");
        Self { clock, tenant, stranger, tenants, server }
    }

    fn token(&self) -> String {
        self.tenant.token().expires_in(24 * 60 * MINUTE).build()
    }

    async fn status(&self) -> u16 {
        status(&self.server, &self.token()).await
    }

    /// Until the question that is under way in the background has been answered.
    async fn answered(&self, times: usize) {
        while self.tenants.asked.get() < times {
            tokio::task::yield_now().await;
        }
    }
}

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
    assert_eq!(crate::waiting::polled(status(&world.server, &token), 1).await, None);
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

#[tokio::test]
async fn a_flood_of_issuers_is_asked_for_few_at_a_time_and_known_ones_are_served() {
    let world = World::new().await;
    assert_eq!(world.status().await, 200);
    world.tenants.is(Mood::Waiting);
    let mut flood = JoinSet::new();
    for number in 0..2_000 {
        let token = world.tenant.token().claim("iss", format!("https://{number}.example")).build();
        let server = world.server.clone();
        flood.spawn(async move { status(&server, &token).await });
    }
    world.answered(33).await;
    assert_eq!(at_once(&world.server, &world.token()).await, 200);
    world.tenants.is(Mood::Well);
    world.tenants.go.notify_waiters();
    let answers = flood.join_all().await;
    assert!(answers.iter().all(|status| [401, 503].contains(status)), "{answers:?}");
    let refused = answers.iter().filter(|status| **status == 401).count();
    assert!(refused >= 32, "{refused}");
    assert_eq!(world.status().await, 200);
}

#[requires(owner(id, claim = "email"))]
async fn by_email(id: Path<String>) -> String {
    id.0
}

#[requires(owner(id))]
async fn by_subject(id: Path<String>) -> String {
    id.0
}

#[requires]
async fn issuer(claims: OAuth2Claims) -> String {
    claims.issuer().to_owned()
}

#[tokio::test]
async fn what_a_tenant_says_of_its_accounts_owns_nothing_elsewhere() {
    let world = World::new().await;
    let routes = || {
        Router::new()
            .route("/email/{id}", get(by_email))
            .route("/subject/{id}", get(by_subject))
            .route("/issuer", get(issuer))
    };
    let resolved = Api::serve(routes().layer(world.server.layer())).await;
    let configured = ResourceServer::builder().clock(world.clock.clone()).provider(world.tenant.provider());
    let configured = configured.build().await.expect("a server");
    let configured = Api::serve(routes().layer(configured.layer())).await;

    let token =
        world.tenant.token().subject("ann").claim("email", "ann@a.example").claim("email_verified", true);
    for path in ["/email/ann@a.example", "/subject/ann"] {
        assert_eq!(configured.status(path, token.clone()).await, 200, "{path}");
        assert_eq!(resolved.status(path, token.clone()).await, 403, "{path}");
    }
    let answer = resolved.send(Method::GET, "/issuer", bearer(&token.build()), "").await;
    assert_eq!((answer.status, answer.body.as_str()), (200, world.tenant.url()));
}
