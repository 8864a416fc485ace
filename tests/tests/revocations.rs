//! Tokens that are void before they expire: through HTTP, whether they were seen before or not.
#![allow(clippy::arithmetic_side_effects, clippy::expect_used, clippy::unwrap_used, clippy::panic)]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::routing::get;
use axum::{BoxError, Router};
use oauth2_guard::testing::TokenBuilder;
use oauth2_guard::{
    Clock, InvalidToken, NotListed, OAuth2Claims, Provider, Reason, ResourceServer, RevocationList,
    Revocations,
};
use oauth2_guard_tests::{Api, World};
use serde_json::json;

const HOUR: Duration = Duration::from_secs(3600);
const SECOND: Duration = Duration::from_secs(1);

struct Scene {
    world: World,
    list: RevocationList,
    api: Api,
    /// Which has every token verified each time.
    forgetful: Api,
}

fn routes() -> Router {
    Router::new().route("/", get(|claims: OAuth2Claims| async move { claims.issuer().to_owned() }))
}

impl Scene {
    async fn new() -> Self {
        Self::with(|provider| provider).await
    }

    async fn with(provider: impl Fn(Provider) -> Provider) -> Self {
        let world = World::new().await;
        // A whole second, so that a moment after it is one after it.
        let seconds = world.clock.now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        world.clock.set(UNIX_EPOCH + Duration::from_secs(seconds));
        let list = RevocationList::with_clock(world.clock.clone());
        let mut apis = Vec::new();
        for cached in [true, false] {
            let (list, provider) = (list.clone(), &provider);
            let server = world.server_with(
                |builder| {
                    let builder = builder.revocations(list).verbose();
                    if cached { builder } else { builder.without_cache() }
                },
                provider,
            );
            apis.push(Api::serve(routes().layer(server.await.layer())).await);
        }
        let (forgetful, api) = (apis.pop().unwrap(), apis.pop().unwrap());
        Self { world, list, api, forgetful }
    }

    fn now(&self) -> SystemTime {
        self.world.clock.now()
    }

    fn token(&self) -> TokenBuilder {
        self.world.token().issued_at(self.now()).expires_in(HOUR)
    }

    async fn accepts(&self, token: &TokenBuilder) {
        for api in [&self.api, &self.api, &self.forgetful] {
            api.accepts("/", token).await;
        }
    }

    async fn refuses(&self, token: &TokenBuilder) {
        for api in [&self.api, &self.api, &self.forgetful] {
            api.refuses("/", token, "the token was revoked").await;
        }
    }

    fn revoke_alice(&self, moment: SystemTime) {
        self.list.revoke_subject(self.world.issuer.url(), "alice", moment, moment + HOUR).unwrap();
    }
}

#[tokio::test]
async fn a_token_is_revoked_by_its_id_and_no_other_is() {
    let scene = Scene::new().await;
    let (token, other) = (scene.token().claim("jti", "1"), scene.token().claim("jti", "11"));
    scene.accepts(&token).await;
    scene.list.revoke_token(scene.world.issuer.url(), "1", scene.now() + HOUR).unwrap();
    scene.refuses(&token).await;
    scene.accepts(&other).await;
    // The same by another way, and unseen.
    scene.refuses(&scene.token().claim("jti", "1").subject("bob")).await;
    scene.accepts(&scene.token().without("jti")).await;
    // The ID is one of its issuer.
    scene.list.revoke_token("https://other.example.com", "11", scene.now() + HOUR).unwrap();
    scene.list.revoke_token(&format!("{}/", scene.world.issuer.url()), "11", scene.now() + HOUR).unwrap();
    scene.accepts(&other).await;
}

#[tokio::test]
async fn what_a_subject_was_given_up_to_a_moment_is_void() {
    let scene = Scene::new().await;
    let before = scene.token();
    scene.accepts(&before).await;
    let moment = scene.now() + 10 * SECOND;
    scene.revoke_alice(moment);
    scene.refuses(&before).await;
    scene.refuses(&scene.token().without("jti")).await;
    scene.accepts(&scene.token().subject("bob")).await;
    scene.accepts(&scene.token().subject("Alice")).await;
    // Seconds are all that a date has: what is of the same one is void.
    scene.refuses(&scene.token().issued_at(moment)).await;
    scene.accepts(&scene.token().issued_at(moment + SECOND)).await;
    let seconds = moment.duration_since(UNIX_EPOCH).unwrap().as_secs();
    for fraction in [0.25, 0.75] {
        scene.refuses(&scene.token().claim("iat", seconds as f64 + fraction)).await;
    }
    scene.revoke_alice(moment + Duration::from_millis(500));
    scene.refuses(&scene.token().issued_at(moment)).await;
    scene.accepts(&scene.token().issued_at(moment + SECOND)).await;
    // An earlier moment takes nothing back.
    scene.revoke_alice(moment - 10 * SECOND);
    scene.refuses(&before).await;
}

#[tokio::test]
async fn a_token_that_does_not_say_when_it_was_issued_is_void_with_its_subject() {
    let scene = Scene::new().await;
    let undated = scene.token().without("iat");
    scene.accepts(&undated).await;
    for moment in [UNIX_EPOCH - HOUR, UNIX_EPOCH, scene.now()] {
        let scene = Scene::new().await;
        let undated = scene.token().without("iat");
        scene.list.revoke_subject(scene.world.issuer.url(), "alice", moment, scene.now() + HOUR).unwrap();
        scene.refuses(&undated).await;
        scene.accepts(&undated.clone().subject("bob")).await;
        // Of no subject, nothing is void by subject.
        scene.accepts(&undated.without("sub")).await;
    }
}

#[tokio::test]
async fn the_spelling_of_an_issuer_and_the_claim_of_a_subject_make_no_difference() {
    let scene =
        Scene::with(|provider| provider.issuer_alias("https://login.example.com").subject_claim("oid")).await;
    let alias =
        scene.token().claim("iss", "https://login.example.com").claim("oid", "alice").claim("jti", "7");
    scene.accepts(&alias).await;
    scene.list.revoke_token(scene.world.issuer.url(), "7", scene.now() + HOUR).unwrap();
    scene.refuses(&alias).await;
    let other = alias.claim("jti", "8").subject("somebody");
    scene.accepts(&other).await;
    scene.revoke_alice(scene.now());
    scene.refuses(&other).await;
    scene.accepts(&other.claim("oid", "bob").subject("alice")).await;
}

#[tokio::test]
async fn a_verified_token_is_revoked_by_its_claims() {
    let scene = Scene::new().await;
    let server = scene.world.server_with(|builder| builder.revocations(scene.list.clone()), |p| p).await;
    let token = scene.token().build();
    let claims = server.verify(&token).await.unwrap();
    scene.list.revoke(&claims).unwrap();
    let rejection = server.verify(&token).await.unwrap_err();
    assert_eq!(rejection.reason(), &Reason::InvalidToken(InvalidToken::Revoked));
    let anonymous = server.verify(&scene.token().without("jti").build()).await.unwrap();
    assert_eq!(scene.list.revoke(&anonymous), Err(NotListed::NoTokenId));
}

#[tokio::test]
async fn a_revocation_lasts_as_long_as_its_tokens_whatever_the_clock_shows() {
    let scene = Scene::new().await;
    let token = scene.token().claim("jti", "1");
    scene.list.revoke_token(scene.world.issuer.url(), "1", scene.now() + HOUR).unwrap();
    let begun = scene.now();
    let fill = |to: usize| {
        for n in 0..to {
            scene.list.revoke_token("https://other.example.com", &n.to_string(), begun + HOUR).unwrap();
        }
    };
    // A clock that is wrong for a while makes nothing be forgotten.
    scene.world.clock.set(begun + 1000 * HOUR);
    fill(5_000);
    scene.world.clock.set(begun);
    scene.refuses(&token).await;
    // The leeway included, of the longest that there is.
    scene.world.clock.advance(HOUR + Duration::from_secs(59));
    fill(20_000);
    scene.refuses(&token).await;
}

#[test]
fn a_list_is_bounded_forgets_what_has_expired_and_nothing_else() {
    let clock = oauth2_guard::testing::TestClock::new();
    let list = RevocationList::with_clock(clock.clone());
    let ends = clock.now() + HOUR;
    for n in 0..1_000_000 {
        list.revoke_token("a", &n.to_string(), ends).unwrap();
    }
    assert_eq!(list.revoke_token("a", "more", ends), Err(NotListed::Full));
    assert_eq!(list.revoke_subject("a", "more", ends, ends), Err(NotListed::Full));
    assert!(list.is_revoked("a", "0").unwrap() && list.is_revoked("a", "999999").unwrap());
    assert!(!list.is_revoked("a", "more").unwrap() && list.revoked_before("a", "more").unwrap().is_none());
    clock.advance(HOUR + Duration::from_secs(300));
    list.revoke_token("a", "more", clock.now() + HOUR).unwrap();
    assert!(list.is_revoked("a", "more").unwrap() && !list.is_revoked("a", "0").unwrap());
    assert_eq!(format!("{list:?}"), "RevocationList { entries: 1, .. }");
}

/// Cannot tell, while it is told so.
#[derive(Default)]
struct Moody {
    is_broken: AtomicBool,
    is_void: AtomicBool,
}

impl Revocations for Moody {
    fn is_revoked(&self, _: &str, _: &str) -> Result<bool, BoxError> {
        if self.is_broken.load(Ordering::SeqCst) {
            return Err("the copy is too old".into());
        }
        Ok(self.is_void.load(Ordering::SeqCst))
    }

    fn revoked_before(&self, _: &str, _: &str) -> Result<Option<SystemTime>, BoxError> {
        if self.is_broken.load(Ordering::SeqCst) { Err("the copy is too old".into()) } else { Ok(None) }
    }
}

#[tokio::test]
async fn what_cannot_be_told_is_503_and_lets_nobody_in() {
    let world = World::new().await;
    let moody = Arc::new(Moody::default());
    let api = world.serve_with(routes(), |builder| builder.revocations(Arc::clone(&moody))).await;
    let seen = world.token();
    api.accepts("/", &seen).await;
    moody.is_broken.store(true, Ordering::SeqCst);
    for token in [&seen, &world.token(), &world.token().without("jti")] {
        let answer = api.get(token.build()).await;
        assert_eq!((answer.status, answer.challenge), (503, None));
        assert_eq!(answer.retry_after.as_deref(), Some("5"));
        assert!(!answer.body.contains("copy"), "{}", answer.body);
    }
    // A bad token is a bad token.
    assert_eq!(api.status("/", world.token().expired()).await, 401);
    moody.is_broken.store(false, Ordering::SeqCst);
    api.accepts("/", &seen).await;
}

#[tokio::test]
async fn what_was_begun_with_a_token_ends_when_it_is_revoked_and_not_for_want_of_an_answer() {
    let world = World::new().await;
    let moody = Arc::new(Moody::default());
    let server = world.server_with(|builder| builder.revocations(Arc::clone(&moody)), |p| p).await;
    let claims = server.verify(&world.token().build()).await.unwrap();
    let ended = tokio::spawn(claims.expired());
    moody.is_broken.store(true, Ordering::SeqCst);
    for _ in 0..3 {
        world.clock.advance(Duration::from_secs(10));
        tokio::task::yield_now().await;
        assert!(!ended.is_finished());
    }
    moody.is_broken.store(false, Ordering::SeqCst);
    moody.is_void.store(true, Ordering::SeqCst);
    world.clock.advance(Duration::from_secs(10));
    ended.await.unwrap();
}

#[tokio::test]
async fn resolved_issuers_are_asked_about_too() {
    struct One(Provider);
    impl oauth2_guard::ResolveIssuer for One {
        async fn provider(&self, _: &str) -> Result<Option<Provider>, BoxError> {
            Ok(Some(self.0.clone()))
        }
    }
    let world = World::new().await;
    let list = RevocationList::with_clock(world.clock.clone());
    let builder = ResourceServer::builder().clock(world.clock.clone()).revocations(list.clone());
    let server = builder.resolve_issuers(One(world.issuer.provider())).build().await.unwrap();
    let token = world.token().claim("jti", json!("1")).build();
    assert!(server.verify(&token).await.is_ok());
    list.revoke_token(world.issuer.url(), "1", world.clock.now() + HOUR).unwrap();
    let rejection = server.verify(&token).await.unwrap_err();
    assert_eq!(rejection.reason(), &Reason::InvalidToken(InvalidToken::Revoked));
}
