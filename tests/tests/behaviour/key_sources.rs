//! Keys that a user's own code has from somewhere: they live as fetched ones do.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use oauth2_guard::fetch::{DEADLINE, FetchFailure, KeySource, MAX_BODY_BYTES};
use oauth2_guard::testing::{SigningKey, TestClock, TokenBuilder};
use oauth2_guard::{Algorithm, BuildError, Clock, KeyState, Provider, ResourceServer};
use oauth2_guard_tests::Counter;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::waiting::{at_once, status};

const ISSUER: &str = "https://internal.example.com";
const COOL_DOWN: Duration = Duration::from_secs(30);
const FRESH: Duration = Duration::from_secs(10 * 60);
const HOUR: Duration = Duration::from_secs(60 * 60);

/// What the vault does.
#[derive(Clone)]
enum Does {
    Answers(Vec<u8>),
    Fails,
    Panics,
    Hangs,
    /// Answers once it is let go.
    Waits(Arc<Semaphore>, Vec<u8>),
}

struct Vault {
    does: Mutex<Does>,
    asked: Counter,
}

impl Vault {
    fn of(keys: &[Value]) -> Arc<Self> {
        Arc::new(Self { does: Mutex::new(Does::Answers(text(keys))), asked: Counter::default() })
    }

    fn does(&self, does: Does) {
        *self.does.lock().unwrap() = does;
    }

    fn holds(&self, keys: &[Value]) {
        self.does(Does::Answers(text(keys)));
    }
}

fn text(keys: &[Value]) -> Vec<u8> {
    json!({ "keys": keys }).to_string().into()
}

impl KeySource for Vault {
    async fn jwks(&self) -> Result<Vec<u8>, FetchFailure> {
        self.asked.count();
        let does = self.does.lock().unwrap().clone();
        match does {
            Does::Answers(text) => Ok(text),
            Does::Fails => Err(std::io::Error::other("sealed\nby somebody").into()),
            Does::Panics => panic!("canary"),
            Does::Hangs => std::future::pending().await,
            Does::Waits(gate, text) => {
                gate.acquire().await?.forget();
                Ok(text)
            }
        }
    }
}

struct Setup {
    clock: TestClock,
    key: Arc<SigningKey>,
    vault: Arc<Vault>,
}

impl Setup {
    fn new() -> Self {
        let key = key("1");
        let vault = Vault::of(&[key.jwk()]);
        Self { clock: TestClock::new(), key, vault }
    }

    async fn build_with(
        &self,
        settings: impl FnOnce(Provider) -> Provider,
    ) -> Result<ResourceServer, BuildError> {
        let provider = Provider::with_key_source(ISSUER, Arc::clone(&self.vault)).audience("api").name("p");
        ResourceServer::builder().clock(self.clock.clone()).provider(settings(provider)).build().await
    }

    async fn server(&self) -> ResourceServer {
        self.build_with(|provider| provider).await.unwrap()
    }

    async fn refusal(&self) -> BuildError {
        self.build_with(|provider| provider).await.unwrap_err()
    }

    fn token(&self, key: &Arc<SigningKey>) -> String {
        TokenBuilder::new(ISSUER, "api", Arc::clone(key)).issued_at(self.clock.now()).build()
    }

    fn good(&self) -> String {
        self.token(&self.key)
    }
}

fn key(id: &str) -> Arc<SigningKey> {
    Arc::new(SigningKey::generate(Algorithm::ES256, id))
}

fn state(server: &ResourceServer) -> KeyState {
    server.readiness().providers()[0].keys()
}

#[tokio::test]
async fn its_keys_verify_and_others_do_not() {
    let setup = Setup::new();
    let server = setup.server().await;
    assert_eq!(at_once(&server, &setup.good()).await, 200);
    // Another key by the same name.
    assert_eq!(status(&server, &setup.token(&key("1"))).await, 401);
    assert_eq!(state(&server), KeyState::Fresh);
}

#[tokio::test]
async fn it_is_asked_again_as_its_keys_age_and_nobody_waits() {
    let setup = Setup::new();
    let server = setup.server().await;
    setup.clock.advance(FRESH - Duration::from_secs(61));
    assert_eq!(at_once(&server, &setup.good()).await, 200);
    assert_eq!(setup.vault.asked.get(), 1);
    setup.clock.advance(Duration::from_secs(61));
    assert_eq!(at_once(&server, &setup.good()).await, 200);
    while state(&server) != KeyState::Fresh {
        tokio::task::yield_now().await;
    }
    assert_eq!(setup.vault.asked.get(), 2);
}

#[tokio::test]
async fn key_refresh_says_when() {
    let setup = Setup::new();
    let server = setup.build_with(|provider| provider.key_refresh(6 * FRESH)).await.unwrap();
    setup.clock.advance(5 * FRESH);
    assert_eq!(at_once(&server, &setup.good()).await, 200);
    assert_eq!(setup.vault.asked.get(), 1);
    let always = setup.build_with(Provider::key_refresh_always).await.unwrap();
    assert_eq!(status(&always, &setup.good()).await, 200);
    assert_eq!(setup.vault.asked.get(), 3);
}

#[tokio::test]
async fn a_new_key_is_found_when_a_token_names_it_and_a_withdrawn_one_is_gone() {
    let setup = Setup::new();
    let server = setup.server().await;
    let new = key("2");
    setup.vault.holds(&[new.jwk()]);
    setup.clock.advance(COOL_DOWN);
    assert_eq!(status(&server, &setup.token(&new)).await, 200);
    assert_eq!(status(&server, &setup.good()).await, 401);
    assert_eq!(setup.vault.asked.get(), 2);
}

#[tokio::test]
async fn those_who_wait_share_one_answer() {
    let setup = Setup::new();
    let server = setup.server().await;
    let new = key("2");
    let gate = Arc::new(Semaphore::new(0));
    setup.vault.does(Does::Waits(Arc::clone(&gate), text(&[new.jwk()])));
    setup.clock.advance(COOL_DOWN);
    let mut waiting = JoinSet::new();
    for _ in 0..100 {
        let (server, token) = (server.clone(), setup.token(&new));
        waiting.spawn(async move { status(&server, &token).await });
    }
    while setup.vault.asked.get() < 2 {
        tokio::task::yield_now().await;
    }
    gate.add_permits(1);
    assert_eq!(waiting.join_all().await, [200; 100]);
    assert_eq!(setup.vault.asked.get(), 2);
}

#[tokio::test]
async fn while_it_fails_the_keys_at_hand_serve_for_an_hour_and_then_it_heals() {
    for does in [
        Does::Fails,
        Does::Panics,
        Does::Answers(Vec::new()),
        Does::Answers(b"<html>".to_vec()),
        Does::Answers(br#"{"keys":[]}"#.to_vec()),
        Does::Answers(vec![b' '; MAX_BODY_BYTES + 1]),
    ] {
        let setup = Setup::new();
        let server = setup.server().await;
        setup.vault.does(does);
        setup.clock.advance(COOL_DOWN);
        assert_eq!(status(&server, &setup.token(&key("2"))).await, 503);
        for _ in 0..3 {
            setup.clock.advance(FRESH);
            assert_eq!(at_once(&server, &setup.good()).await, 200);
        }
        assert_eq!(state(&server), KeyState::Stale);
        assert!(server.readiness().providers()[0].last_error().is_some());
        setup.clock.advance(HOUR);
        assert_eq!(status(&server, &setup.good()).await, 503);
        assert_eq!(state(&server), KeyState::Absent);
        setup.vault.holds(&[setup.key.jwk()]);
        setup.clock.advance(COOL_DOWN);
        assert_eq!(status(&server, &setup.good()).await, 200);
        assert_eq!(state(&server), KeyState::Fresh);
    }
}

#[tokio::test]
async fn what_is_wrong_with_it_is_an_error_of_the_start() {
    let long = [br#"{"keys":[]}"#.to_vec(), vec![b' '; MAX_BODY_BYTES]].concat();
    let start = "provider `p`: the keys could not be fetched: ";
    for (does, message, is_temporary) in [
        (Does::Fails, "the key source failed: sealed by somebody", true),
        (Does::Panics, "the fetch panicked", false),
        (
            Does::Answers(b"{}".to_vec()),
            "the key set of the key source cannot be used: it is no JWK Set: an object with an array `keys`, without duplicate members",
            false,
        ),
        (
            Does::Answers(br#"{"keys":[]}"#.to_vec()),
            "the key set of the key source cannot be used: it has no key",
            false,
        ),
        (Does::Answers(long), "the key source answered more than 524288 bytes", false),
    ] {
        let setup = Setup::new();
        setup.vault.does(does);
        let error = setup.refusal().await;
        assert_eq!(error.to_string(), format!("{start}{message}"));
        assert_eq!(error.is_temporary(), is_temporary, "{message}");
    }
}

#[tokio::test(start_paused = true)]
async fn it_is_given_up_after_the_deadline() {
    let setup = Setup::new();
    setup.vault.does(Does::Hangs);
    let started = tokio::time::Instant::now();
    assert!(setup.refusal().await.to_string().ends_with("no answer within 5 s"));
    assert_eq!(started.elapsed().as_secs(), DEADLINE.as_secs());
}
