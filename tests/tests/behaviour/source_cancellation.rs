//! Requests that give up while keys come from a user's own source or a file, or an issuer is resolved, at every point where they can.

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::BoxError;
use oauth2_guard::fetch::{FetchFailure, KeySource};
use oauth2_guard::testing::{Issuer, SigningKey, TestClock, TokenBuilder};
use oauth2_guard::{Algorithm, Clock, Provider, ResolveIssuer, ResourceServer};
use oauth2_guard_tests::Counter;
use serde_json::json;
use tokio::task::yield_now;

use crate::waiting::{at_once, polled, status};

const ISSUER: &str = "https://internal.example.com";
const COOL_DOWN: Duration = Duration::from_secs(30);
const HOUR: Duration = Duration::from_secs(60 * 60);

/// More than anything here is polled before it ends.
const ENOUGH: usize = 100;

fn key(id: &str) -> Arc<SigningKey> {
    Arc::new(SigningKey::generate(Algorithm::ES256, id))
}

fn jwks(keys: &[&SigningKey]) -> String {
    json!({"keys": keys.iter().map(|key| key.jwk()).collect::<Vec<_>>()}).to_string()
}

/// A source that takes its time.
#[derive(Clone, Default)]
struct Vault {
    jwks: Arc<Mutex<String>>,
    asked: Counter,
}

impl KeySource for Vault {
    async fn jwks(&self) -> Result<Vec<u8>, FetchFailure> {
        self.asked.count();
        for _ in 0..3 {
            yield_now().await;
        }
        Ok(self.jwks.lock().unwrap().clone().into_bytes())
    }
}

/// However often it is polled before it is given up: whoever comes next is served with both keys. Whether it ended.
async fn is_usable_after(
    polls: usize,
    age: Duration,
    provider: Provider,
    publish: impl Fn(&[&SigningKey]),
) -> bool {
    let clock = TestClock::new();
    let [old, new] = ["old", "new"].map(key);
    publish(&[&old]);
    let builder = ResourceServer::builder().clock(clock.clone()).provider(provider.audience("api"));
    let server = builder.build().await.unwrap();
    publish(&[&old, &new]);
    clock.advance(age);
    let token =
        |key: &Arc<SigningKey>| TokenBuilder::new(ISSUER, "api", Arc::clone(key)).issued_at(clock.now());
    let ended = polled(status(&server, &token(&new).build()), polls).await;
    assert!(ended.is_none_or(|status| status == 200), "{polls}: {ended:?}");
    assert!(polls != 1 || ended.is_none(), "it waits");
    for key in [&new, &old] {
        assert_eq!(status(&server, &token(key).build()).await, 200, "{polls}");
    }
    assert_eq!(status(&server, &token(&old).signed_by(new).build()).await, 401);
    ended.is_some()
}

#[tokio::test]
async fn whoever_gives_up_leaves_the_keys_of_a_source_usable() {
    for age in [COOL_DOWN, HOUR] {
        for polls in 0..=ENOUGH {
            let vault = Vault::default();
            let provider = Provider::with_key_source(ISSUER, vault.clone());
            let publish = |keys: &[&SigningKey]| *vault.jwks.lock().unwrap() = jwks(keys);
            let ended = is_usable_after(polls, age, provider, publish).await;
            assert_eq!(vault.asked.get(), 2, "what was begun is for all");
            if ended {
                break;
            }
            assert!(polls < ENOUGH, "it does not end");
        }
    }
}

#[tokio::test]
async fn nor_those_of_a_file() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("source_cancellation");
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join("keys");
    for age in [COOL_DOWN, HOUR] {
        for polls in 0..=ENOUGH {
            let provider = Provider::with_key_file(ISSUER, &path);
            let publish = |keys: &[&SigningKey]| fs::write(&path, jwks(keys)).unwrap();
            if is_usable_after(polls, age, provider, publish).await {
                break;
            }
            assert!(polls < ENOUGH, "it does not end");
        }
    }
}

#[derive(Clone)]
struct Tenants {
    provider: Provider,
    asked: Counter,
}

impl ResolveIssuer for Tenants {
    async fn provider(&self, _: &str) -> Result<Option<Provider>, BoxError> {
        self.asked.count();
        for _ in 0..3 {
            yield_now().await;
        }
        Ok(Some(self.provider.clone()))
    }
}

#[tokio::test]
async fn whoever_gives_up_while_an_issuer_is_resolved_leaves_the_answer_to_others() {
    for polls in 0..=ENOUGH {
        let clock = TestClock::new();
        let tenant = Issuer::builder().clock(clock.clone()).start().await.unwrap();
        let tenants = Tenants { provider: tenant.provider().name("tenants"), asked: Counter::default() };
        let builder = ResourceServer::builder().clock(clock.clone()).resolve_issuers(tenants.clone());
        let server = builder.build().await.unwrap();
        let token = tenant.token().build();
        let ended = polled(status(&server, &token), polls).await;
        assert!(ended.is_none_or(|status| status == 200), "{polls}: {ended:?}");
        assert!(polls != 1 || ended.is_none(), "it waits");
        assert_eq!(status(&server, &token).await, 200, "{polls}");
        assert_eq!(at_once(&server, &token).await, 200);
        assert_eq!((tenants.asked.get(), tenant.jwks_requests()), (1, 1), "{polls}");
        if ended.is_some() {
            return;
        }
    }
    panic!("it does not end");
}
