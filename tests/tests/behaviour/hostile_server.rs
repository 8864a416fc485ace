//! What an authorization server achieves by misbehaving: nothing that outlasts it.

use std::sync::Arc;
use std::time::Duration;

use oauth2_guard::testing::{SigningKey, TestClock};
use oauth2_guard::{Algorithm, KeyState, ResourceServer};
use oauth2_guard_tests::hostile::{Behaviour, Hostile, Place};
use serde_json::json;

use crate::waiting::{at_once, status};

const COOL_DOWN: Duration = Duration::from_secs(30);
const FRESH: Duration = Duration::from_secs(10 * 60);
const HOUR: Duration = Duration::from_secs(60 * 60);

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

    fn good(&self) -> String {
        self.hostile.token(&self.key).build()
    }

    fn bogus(&self) -> String {
        self.hostile.token(&self.key).header("kid", "bogus").build()
    }

    /// By the attacker's key, under its own name.
    fn evil(&self) -> String {
        self.hostile.token(self.hostile.evil()).build()
    }

    /// The same under the name of the good one.
    fn forged(&self) -> String {
        self.hostile.token(&self.key).signed_by(Arc::clone(self.hostile.evil())).build()
    }

    /// Waits for `end`, as long as its deadline lets it.
    async fn outlasts<T>(&self, behaviour: Behaviour, already: usize, end: impl Future<Output = T>) -> T {
        if !behaviour.is_stuck() {
            return end.await;
        }
        let mut end = Box::pin(end);
        tokio::select! {
            _ = &mut end => panic!("{behaviour:?} let go by itself"),
            () = self.hostile.until_stuck(already + 1) => {}
        }
        // Nothing moves any more but the time.
        tokio::time::pause();
        let ended = end.await;
        tokio::time::resume();
        ended
    }

    fn mends(&self, keys: &[Arc<SigningKey>]) {
        self.hostile.mends_its_document();
        self.hostile.publishes(keys);
    }
}

fn es256(id: &str) -> Arc<SigningKey> {
    Arc::new(SigningKey::generate(Algorithm::ES256, id))
}

fn everything() -> impl Iterator<Item = (Behaviour, Place)> {
    let at = |place| Behaviour::ALL.iter().map(move |behaviour| (*behaviour, place));
    at(Place::Document).chain(at(Place::Keys))
}

fn keys(server: &ResourceServer) -> KeyState {
    server.readiness().providers()[0].keys()
}

#[tokio::test]
async fn whatever_it_does_known_keys_serve_and_nobody_else_gets_in_and_it_heals() {
    for (behaviour, place) in everything() {
        let scene = Scene::new().await;
        let server = scene.hostile.server().await;
        scene.hostile.does(behaviour, place);
        scene.clock.advance(FRESH);
        let what = format!("{behaviour:?} of {place:?}");
        // It begins a fetch, and does not wait for it; nor does the next one.
        for _ in 0..2 {
            assert_eq!(at_once(&server, &scene.good()).await, 200, "{what}");
        }
        let unknown = scene.outlasts(behaviour, 0, status(&server, &scene.bogus())).await;
        assert_eq!(unknown, 503, "{what}");
        assert_eq!(at_once(&server, &scene.good()).await, 200, "{what}");
        assert_eq!(at_once(&server, &scene.forged()).await, 401, "{what}");
        assert_eq!(at_once(&server, &scene.evil()).await, 503, "{what}");
        assert_eq!((keys(&server), scene.hostile.strayed()), (KeyState::Stale, 0), "{what}");

        let new = es256("new");
        scene.mends(&[Arc::clone(&new), Arc::clone(&scene.key)]);
        scene.clock.advance(COOL_DOWN);
        assert_eq!(status(&server, &scene.hostile.token(&new).build()).await, 200, "{what}");
        assert_eq!(at_once(&server, &scene.good()).await, 200, "{what}");
        assert_eq!(at_once(&server, &scene.evil()).await, 401, "{what}");
        assert_eq!(keys(&server), KeyState::Fresh, "{what}");
    }
}

#[tokio::test]
async fn whatever_it_does_from_the_start_nobody_gets_in_until_it_heals() {
    for (behaviour, place) in everything() {
        let scene = Scene::new().await;
        scene.hostile.does(behaviour, place);
        let what = format!("{behaviour:?} of {place:?}");
        let builder =
            || ResourceServer::builder().clock(scene.clock.clone()).provider(scene.hostile.provider());
        let error = scene.outlasts(behaviour, 0, builder().build()).await.expect_err(&what);
        assert!(error.to_string().contains("the keys could not be fetched"), "{what}: {error}");

        let stuck = scene.hostile.stuck();
        let server = builder().lazy().build().await.unwrap();
        let first = scene.outlasts(behaviour, stuck, status(&server, &scene.good())).await;
        assert_eq!(first, 503, "{what}");
        for token in [scene.good(), scene.forged(), scene.evil(), scene.bogus()] {
            assert_eq!(at_once(&server, &token).await, 503, "{what}");
        }
        assert_eq!((keys(&server), scene.hostile.strayed()), (KeyState::Absent, 0), "{what}");

        scene.mends(&[Arc::clone(&scene.key)]);
        scene.clock.advance(COOL_DOWN);
        assert_eq!(status(&server, &scene.good()).await, 200, "{what}");
        assert_eq!(at_once(&server, &scene.evil()).await, 401, "{what}");
        assert_eq!(at_once(&server, &scene.forged()).await, 401, "{what}");
    }
}

#[tokio::test]
async fn a_document_of_somebody_else_or_that_leads_astray_changes_nothing() {
    let scene = Scene::new().await;
    let server = scene.hostile.server().await;
    let here = scene.hostile.url();
    let elsewhere = format!("{here}/elsewhere");
    for document in [
        json!({"issuer": "https://evil.example", "jwks_uri": elsewhere}),
        json!({"issuer": format!("{here}/"), "jwks_uri": elsewhere}),
        json!({"issuer": [here], "jwks_uri": elsewhere}),
        json!({"jwks_uri": elsewhere}),
        json!({"issuer": here, "jwks_uri": "http://evil.example/keys"}),
        json!({"issuer": here, "jwks_uri": "http://10.0.0.1/keys"}),
        json!({"issuer": here, "jwks_uri": "http://0.0.0.0/keys"}),
        json!({"issuer": here, "jwks_uri": "http://[::ffff:127.0.0.1]/keys"}),
        json!({"issuer": here, "jwks_uri": format!("http://user:password@{}/elsewhere", scene.hostile.address())}),
        json!({"issuer": here, "jwks_uri": "file:///etc/passwd"}),
        json!({"issuer": here, "jwks_uri": "data:application/json,{}"}),
        json!({"issuer": here, "jwks_uri": "/elsewhere"}),
        json!({"issuer": here, "jwks_uri": [elsewhere]}),
        json!({"issuer": here, "jwks": {"keys": [scene.hostile.evil().jwk()]}}),
    ] {
        scene.hostile.says_document(&document.to_string());
        scene.clock.advance(COOL_DOWN);
        assert_eq!(status(&server, &scene.evil()).await, 503, "{document}");
        assert_eq!(at_once(&server, &scene.good()).await, 200, "{document}");
        assert_eq!((scene.hostile.strayed(), scene.hostile.asked(Place::Keys)), (0, 1), "{document}");
    }
    // What the issuer itself says is followed: its keys may move.
    scene.hostile.says_document(&scene.hostile.document("/elsewhere").to_string());
    scene.clock.advance(COOL_DOWN);
    assert_eq!(status(&server, &scene.evil()).await, 200);
    assert_eq!(at_once(&server, &scene.good()).await, 401);
}

#[tokio::test]
async fn one_bad_key_harms_no_other() {
    let scene = Scene::new().await;
    let server = scene.hostile.server().await;
    let other = es256("other");
    let mut spoilt = es256("spoilt").jwk();
    spoilt["x"] = json!("AAAA");
    let mut private = es256("private").jwk();
    private["d"] = json!("AAAA");
    for bad in [spoilt, private, json!(null), json!([]), json!({"kty": "oct", "kid": "good", "k": "AAAA"})] {
        for place in 0..3 {
            let mut jwks = vec![scene.key.jwk(), other.jwk()];
            jwks.insert(place, bad.clone());
            scene.hostile.publishes_jwks(&jwks);
            scene.clock.advance(COOL_DOWN);
            assert_eq!(status(&server, &scene.bogus()).await, 401, "{bad}");
            assert_eq!(at_once(&server, &scene.good()).await, 200, "{bad}");
            assert_eq!(at_once(&server, &scene.hostile.token(&other).build()).await, 200, "{bad}");
        }
    }
}

#[tokio::test]
async fn two_keys_of_one_id_serve_nobody_and_harm_no_other() {
    let other = es256("other");
    for swapped in [false, true] {
        let scene = Scene::new().await;
        let server = scene.hostile.server().await;
        let twin = es256("good");
        let twins = if swapped { [&twin, &scene.key] } else { [&scene.key, &twin] };
        scene.hostile.publishes(&[twins[0].clone(), other.clone(), twins[1].clone()]);
        scene.clock.advance(COOL_DOWN);
        assert_eq!(status(&server, &scene.hostile.token(&other).build()).await, 200);
        assert_eq!(at_once(&server, &scene.good()).await, 401);
        assert_eq!(at_once(&server, &scene.hostile.token(&twin).build()).await, 401);
        // Until one of them is gone.
        scene.hostile.publishes(&[twin.clone(), other.clone()]);
        scene.clock.advance(COOL_DOWN);
        assert_eq!(status(&server, &scene.hostile.token(&twin).build()).await, 200);
        assert_eq!(at_once(&server, &scene.good()).await, 401);
    }
}

#[tokio::test]
async fn two_keys_of_one_id_and_no_other_are_no_set_so_that_the_known_one_stays() {
    let scene = Scene::new().await;
    let server = scene.hostile.server().await;
    let twin = es256("good");
    scene.hostile.publishes(&[twin.clone(), scene.key.clone()]);
    for _ in 0..3 {
        scene.clock.advance(COOL_DOWN);
        assert_eq!(status(&server, &scene.bogus()).await, 503);
        assert_eq!(at_once(&server, &scene.good()).await, 200);
        assert_eq!(at_once(&server, &scene.hostile.token(&twin).build()).await, 401);
    }
    scene.clock.advance(HOUR);
    assert_eq!(status(&server, &scene.good()).await, 503);
}

#[tokio::test]
async fn an_older_set_after_a_newer_one_is_believed_until_the_next() {
    // A cache on the way that fell behind says nothing of it.
    let scene = Scene::new().await;
    let server = scene.hostile.server().await;
    let new = es256("new");
    let token = || scene.hostile.token(&new).build();
    for (published, other) in [(&new, &scene.key), (&scene.key, &new), (&new, &scene.key)] {
        scene.hostile.publishes(std::slice::from_ref(published));
        scene.clock.advance(COOL_DOWN);
        assert_eq!(status(&server, &scene.bogus()).await, 401);
        assert_eq!(at_once(&server, &scene.hostile.token(published).build()).await, 200);
        assert_eq!(at_once(&server, &scene.hostile.token(other).build()).await, 401);
    }
    assert_eq!(at_once(&server, &token()).await, 200);
}

#[tokio::test]
async fn a_late_answer_does_not_overwrite_that_of_a_later_question() {
    let scene = Scene::new().await;
    let server = scene.hostile.server().await;
    let new = es256("new");
    scene.hostile.publishes_when_let_go(std::slice::from_ref(&scene.key));
    scene.clock.advance(COOL_DOWN);
    let bogus = scene.bogus();
    let late = tokio::spawn({
        let server = server.clone();
        async move { status(&server, &bogus).await }
    });
    scene.hostile.until_stuck(1).await;

    scene.hostile.publishes(std::slice::from_ref(&new));
    scene.clock.advance(COOL_DOWN);
    let token = scene.hostile.token(&new).build();
    assert_eq!(status(&server, &token).await, 200);
    scene.hostile.lets_go(1);
    assert_ne!(late.await.unwrap(), 200);
    assert_eq!(at_once(&server, &token).await, 200);
    assert_eq!(at_once(&server, &scene.good()).await, 401);
    assert_eq!(scene.hostile.asked(Place::Keys), 3);
}

#[tokio::test]
async fn the_answer_to_an_earlier_question_serves_until_the_later_one_is_answered() {
    let scene = Scene::new().await;
    let server = scene.hostile.server().await;
    let new = es256("new");
    let token = scene.hostile.token(&new).build();
    scene.hostile.publishes_when_let_go(std::slice::from_ref(&new));
    let mut asked = Vec::new();
    for question in 1..=2 {
        scene.clock.advance(COOL_DOWN);
        let (server, bogus) = (server.clone(), scene.bogus());
        asked.push(tokio::spawn(async move { status(&server, &bogus).await }));
        scene.hostile.until_stuck(question).await;
    }
    let [first, second] = <[_; 2]>::try_from(asked).unwrap();
    scene.hostile.lets_go(1);
    assert_eq!(first.await.unwrap(), 401);
    assert_eq!(at_once(&server, &token).await, 200);
    scene.hostile.lets_go(1);
    assert_eq!(second.await.unwrap(), 401);
    assert_eq!(at_once(&server, &token).await, 200);
    assert_eq!(at_once(&server, &scene.good()).await, 401);
}
