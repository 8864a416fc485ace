//! Keys that are replaced under their ID, and signatures that are merely wrong: which of the two it is, a fetch tells.

use std::sync::Arc;
use std::time::Duration;

use oauth2_guard::testing::{SigningKey, TestClock, TokenBuilder};
use oauth2_guard::{Algorithm, Provider, ResourceServer};
use oauth2_guard_tests::hostile::{Behaviour, Hostile, Place};
use oauth2_guard_tests::pem::PemKey;
use tokio::task::JoinSet;

use crate::waiting::{at_once, status};

const COOL_DOWN: Duration = Duration::from_secs(30);
const FRESH: Duration = Duration::from_secs(10 * 60);
const MILLISECOND: Duration = Duration::from_millis(1);

struct Scene {
    clock: TestClock,
    key: Arc<SigningKey>,
    hostile: Hostile,
}

impl Scene {
    async fn new() -> Self {
        let clock = TestClock::new();
        let key = es256("good");
        let hostile = Hostile::publishing(&clock, &[Arc::clone(&key)]).await;
        Self { clock, key, hostile }
    }

    async fn server_with(&self, settings: impl FnOnce(Provider) -> Provider) -> ResourceServer {
        let provider = settings(self.hostile.provider());
        ResourceServer::builder().clock(self.clock.clone()).provider(provider).build().await.unwrap()
    }

    fn token(&self) -> TokenBuilder {
        self.hostile.token(&self.key)
    }

    fn good(&self) -> String {
        self.token().build()
    }

    /// By a key that nobody publishes, under the name of the good one.
    fn forged(&self) -> TokenBuilder {
        self.token().signed_by(Arc::clone(self.hostile.evil()))
    }

    fn fetches(&self) -> usize {
        self.hostile.asked(Place::Keys)
    }
}

fn es256(id: &str) -> Arc<SigningKey> {
    Arc::new(SigningKey::generate(Algorithm::ES256, id))
}

/// The reason why it is refused.
async fn reason(server: &ResourceServer, token: &str) -> String {
    server.verify(token).await.unwrap_err().reason().as_str().to_owned()
}

#[tokio::test]
async fn the_first_token_of_a_replaced_key_finds_it_and_the_old_one_is_gone() {
    let scene = Scene::new().await;
    let server = scene.hostile.server().await;
    let new = es256("good");
    scene.hostile.publishes(std::slice::from_ref(&new));
    scene.clock.advance(COOL_DOWN);
    assert_eq!(at_once(&server, &scene.good()).await, 200);
    assert_eq!(status(&server, &scene.hostile.token(&new).build()).await, 200);
    assert_eq!(at_once(&server, &scene.good()).await, 401);
    assert_eq!(scene.fetches(), 2);
}

#[tokio::test]
async fn no_sooner_than_a_cool_down_after_the_last_fetch() {
    let scene = Scene::new().await;
    let server = scene.hostile.server().await;
    let new = es256("good");
    scene.hostile.publishes(std::slice::from_ref(&new));
    let token = || scene.hostile.token(&new).build();
    scene.clock.advance(COOL_DOWN - MILLISECOND);
    assert_eq!(at_once(&server, &token()).await, 401);
    assert_eq!(scene.fetches(), 1);
    scene.clock.advance(MILLISECOND);
    assert_eq!(status(&server, &token()).await, 200);
    assert_eq!(scene.fetches(), 2);
}

#[tokio::test]
async fn a_key_of_another_algorithm_under_the_same_id_is_found_too() {
    let scene = Scene::new().await;
    let server = scene.hostile.server().await;
    let new = Arc::new(SigningKey::generate(Algorithm::EdDSA, "good"));
    scene.hostile.publishes(std::slice::from_ref(&new));
    scene.clock.advance(COOL_DOWN);
    assert_eq!(status(&server, &scene.hostile.token(&new).build()).await, 200);
    assert_eq!(reason(&server, &scene.good()).await, "algorithm_not_of_key");
    assert_eq!(scene.fetches(), 2);
}

#[tokio::test]
async fn so_is_one_for_tokens_that_name_none() {
    for algorithm in [Algorithm::ES256, Algorithm::EdDSA] {
        let scene = Scene::new().await;
        let server = scene.hostile.server().await;
        let new = Arc::new(SigningKey::generate(algorithm, "new"));
        scene.hostile.publishes(std::slice::from_ref(&new));
        scene.clock.advance(COOL_DOWN);
        let token = || scene.hostile.token(&new).without_header("kid").build();
        assert_eq!(status(&server, &token()).await, 200);
        assert_eq!(at_once(&server, &token()).await, 200);
        assert_eq!(scene.fetches(), 2);
    }
}

#[tokio::test]
async fn a_signature_that_is_wrong_under_the_newest_keys_too_is_refused_as_such() {
    let scene = Scene::new().await;
    let server = scene.hostile.server().await;
    scene.clock.advance(COOL_DOWN);
    assert_eq!(reason(&server, &scene.forged().build()).await, "bad_signature");
    assert_eq!(at_once(&server, &scene.forged().build()).await, 401);
    assert_eq!(at_once(&server, &scene.good()).await, 200);
    assert_eq!(scene.fetches(), 2);
    // Its key has left the set meanwhile.
    scene.hostile.publishes(&[es256("other")]);
    scene.clock.advance(COOL_DOWN);
    assert_eq!(reason(&server, &scene.forged().build()).await, "unknown_key");
    assert_eq!(scene.fetches(), 3);
}

#[tokio::test]
async fn while_the_fetch_fails_the_answer_is_what_it_was_and_known_keys_are_served() {
    for behaviour in [Behaviour::Status(503), Behaviour::HangsUp, Behaviour::Html, Behaviour::Endless] {
        let scene = Scene::new().await;
        let server = scene.hostile.server().await;
        scene.hostile.does(behaviour, Place::Keys);
        let other = scene.token().signed_by(Arc::new(SigningKey::generate(Algorithm::EdDSA, "good")));
        let other = || other.clone().header("alg", "EdDSA").build();
        for fetches in 2..=3 {
            scene.clock.advance(COOL_DOWN);
            assert_eq!(reason(&server, &scene.forged().build()).await, "bad_signature", "{behaviour:?}");
            for _ in 0..100 {
                assert_eq!(at_once(&server, &scene.forged().build()).await, 401, "{behaviour:?}");
                assert_eq!(at_once(&server, &other()).await, 401, "{behaviour:?}");
                assert_eq!(at_once(&server, &scene.good()).await, 200, "{behaviour:?}");
            }
            assert_eq!(scene.fetches(), fetches, "{behaviour:?}");
        }
        scene.clock.advance(COOL_DOWN);
        assert_eq!(reason(&server, &other()).await, "algorithm_not_of_key", "{behaviour:?}");
        assert_eq!(scene.fetches(), 4, "{behaviour:?}");
    }
}

#[tokio::test]
async fn while_it_does_not_answer_who_waits_is_refused_as_before_and_nobody_else_waits() {
    let scene = Scene::new().await;
    let server = scene.hostile.server().await;
    scene.hostile.does(Behaviour::Silent, Place::Keys);
    scene.clock.advance(COOL_DOWN);
    let mut waiting = JoinSet::new();
    for _ in 0..100 {
        let (server, forged) = (server.clone(), scene.forged().build());
        waiting.spawn(async move { reason(&server, &forged).await });
    }
    scene.hostile.until_stuck(1).await;
    for _ in 0..100 {
        assert_eq!(at_once(&server, &scene.good()).await, 200);
    }
    tokio::time::pause();
    assert!(waiting.join_all().await.iter().all(|reason| reason == "bad_signature"));
    tokio::time::resume();
    assert_eq!(scene.fetches(), 2);
}

#[tokio::test]
async fn all_who_wait_share_one_fetch() {
    let scene = Scene::new().await;
    let server = scene.hostile.server().await;
    let new = es256("good");
    scene.hostile.publishes_when_let_go(std::slice::from_ref(&new));
    scene.clock.advance(COOL_DOWN);
    let mut waiting = JoinSet::new();
    for number in 0..100 {
        let token = match number % 3 {
            0 => scene.hostile.token(&new).header("kid", "unknown").build(),
            1 => scene.forged().build(),
            _ => scene.hostile.token(&new).build(),
        };
        let server = server.clone();
        waiting.spawn(async move { (number % 3, status(&server, &token).await) });
    }
    scene.hostile.until_stuck(1).await;
    // Until all of them wait for what is under way.
    for _ in 0..200 {
        tokio::task::yield_now().await;
    }
    scene.hostile.lets_go(1);
    for (kind, status) in waiting.join_all().await {
        assert_eq!(status, if kind == 2 { 200 } else { 401 });
    }
    assert_eq!(scene.fetches(), 2);
}

#[tokio::test]
async fn what_no_newer_key_could_mend_causes_no_fetch() {
    let scene = Scene::new().await;
    let server = scene.server_with(|provider| provider.algorithms([Algorithm::ES256])).await;
    scene.clock.advance(COOL_DOWN);
    let eddsa = Arc::new(SigningKey::generate(Algorithm::EdDSA, "good"));
    for token in [
        scene.forged().claim("iss", "https://evil.example"),
        scene.forged().without("iss"),
        scene.hostile.token(&eddsa),
        scene.token().claim("aud", "other"),
        scene.token().claim("exp", 1),
    ] {
        assert_eq!(at_once(&server, &token.build()).await, 401);
    }
    assert_eq!(scene.fetches(), 1);
    assert_eq!(status(&server, &scene.forged().build()).await, 401);
    assert_eq!(scene.fetches(), 2);
}

#[tokio::test]
async fn keys_that_are_never_refreshed_or_were_configured_are_not_asked_for() {
    let scene = Scene::new().await;
    let never = scene.server_with(Provider::insecure_never_refresh).await;
    let jwks = format!(r#"{{"keys": [{}]}}"#, scene.key.jwk());
    let configured = Provider::with_jwks(scene.hostile.url(), jwks).audience("api");
    let builder = ResourceServer::builder().clock(scene.clock.clone()).provider(configured);
    let configured = builder.build().await.unwrap();
    scene.clock.advance(FRESH);
    for server in [never, configured] {
        assert_eq!(at_once(&server, &scene.forged().build()).await, 401);
        assert_eq!(at_once(&server, &scene.good()).await, 200);
    }
    assert_eq!(scene.fetches(), 1);
}

#[tokio::test]
async fn where_keys_are_fetched_for_every_token_a_wrong_signature_causes_no_second_fetch() {
    let scene = Scene::new().await;
    let server = scene.server_with(Provider::key_refresh_always).await;
    scene.clock.advance(COOL_DOWN);
    assert_eq!(status(&server, &scene.forged().build()).await, 401);
    assert_eq!(scene.fetches(), 2);
}

#[tokio::test]
async fn a_key_in_a_file_is_replaced_the_same_way() {
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("replaced_key.pem");
    let clock = TestClock::new();
    let [old, new] = [PemKey::generate(Algorithm::ES256), PemKey::generate(Algorithm::ES256)];
    std::fs::write(&path, old.public()).unwrap();
    let issuer = "https://internal.example.com";
    let provider = Provider::with_key_file(issuer, &path).audience("api");
    let server = ResourceServer::builder().clock(clock.clone()).provider(provider).build().await.unwrap();
    std::fs::write(&path, new.public()).unwrap();
    let token = |key: &PemKey| {
        use oauth2_guard::Clock;
        key.sign(&TokenBuilder::new(issuer, "api", es256("any")).issued_at(clock.now()))
    };
    assert_eq!(at_once(&server, &token(&old)).await, 200);
    clock.advance(COOL_DOWN);
    assert_eq!(status(&server, &token(&new)).await, 200);
    assert_eq!(at_once(&server, &token(&old)).await, 401);
}

#[tokio::test]
async fn whoever_comes_without_a_runtime_does_not_wait() {
    let scene = Scene::new().await;
    let server = scene.hostile.server().await;
    scene.clock.advance(COOL_DOWN);
    let forged = scene.forged().build();
    let answer = std::thread::spawn(move || {
        let mut verified = std::pin::pin!(server.verify(&forged));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        verified.as_mut().poll(&mut context).map(|verified| verified.unwrap_err().status().as_u16())
    });
    assert_eq!(answer.join().unwrap(), std::task::Poll::Ready(401));
    assert_eq!(scene.fetches(), 1);
}
