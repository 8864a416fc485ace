//! Tenants that some database knows of, and an API that asks it.

use std::collections::HashMap;
use std::future::pending;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::BoxError;
use oauth2_guard::testing::{AUDIENCE, Issuer, TestClock};
use oauth2_guard::{Algorithm, Provider, ResolveIssuer, ResourceServer};
use oauth2_guard_tests::Counter;
use tokio::sync::Notify;

use crate::waiting::status;

pub(crate) const MINUTE: Duration = Duration::from_secs(60);

/// Tenants as some database would have them.
#[derive(Clone, Default)]
pub(crate) struct Tenants {
    pub(crate) state: Arc<Mutex<State>>,
    pub(crate) asked: Counter,
    /// Lets one go on who waits.
    pub(crate) go: Arc<Notify>,
}

#[derive(Default)]
pub(crate) struct State {
    pub(crate) providers: HashMap<String, Provider>,
    pub(crate) mood: Mood,
}

#[derive(Clone, Copy, Default, PartialEq)]
pub(crate) enum Mood {
    #[default]
    Well,
    Broken,
    Panicking,
    Silent,
    Waiting,
    /// About everybody but its tenants.
    SilentAboutStrangers,
}

impl Tenants {
    pub(crate) fn of(providers: &[(&str, Provider)]) -> Self {
        let this = Self::default();
        for (issuer, provider) in providers {
            this.state().providers.insert((*issuer).to_owned(), provider.clone());
        }
        this
    }

    pub(crate) fn is(&self, mood: Mood) {
        self.state().mood = mood;
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
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
            Mood::SilentAboutStrangers if self.state().providers.contains_key(issuer) => {}
            Mood::SilentAboutStrangers => pending().await,
        }
        Ok(self.state().providers.get(issuer).cloned())
    }
}

/// A tenant's authorization server, and one that nobody trusts.
pub(crate) struct World {
    pub(crate) clock: TestClock,
    pub(crate) tenant: Issuer,
    pub(crate) stranger: Issuer,
    pub(crate) tenants: Tenants,
    pub(crate) server: ResourceServer,
}

pub(crate) async fn issuer_at(clock: &TestClock) -> Issuer {
    let builder = Issuer::builder().clock(clock.clone()).algorithms([Algorithm::ES256]);
    builder.start().await.expect("an issuer")
}

impl World {
    pub(crate) async fn new() -> Self {
        let clock = TestClock::new();
        let (tenant, stranger) = (issuer_at(&clock).await, issuer_at(&clock).await);
        let tenants = Tenants::of(&[(tenant.url(), tenant.provider().name("tenants"))]);
        let builder = ResourceServer::builder().clock(clock.clone()).resolve_issuers(tenants.clone());
        let server = builder.build().await.expect("a server");
        Self { clock, tenant, stranger, tenants, server }
    }

    pub(crate) fn token(&self) -> String {
        self.tenant.token().expires_in(24 * 60 * MINUTE).build()
    }

    pub(crate) async fn status(&self) -> u16 {
        status(&self.server, &self.token()).await
    }

    /// The tenant's keys are those of its configuration, so that nothing but the resolver's answer is waited for.
    pub(crate) fn keep_keys_at_hand(&self) {
        let jwks = serde_json::json!({"keys": [self.tenant.key(Algorithm::ES256).jwk()]}).to_string();
        let provider = Provider::with_jwks(self.tenant.url(), jwks).audience(AUDIENCE).name("tenants");
        self.tenants.state().providers.insert(self.tenant.url().to_owned(), provider);
    }

    /// Until the question that is under way in the background has been answered.
    pub(crate) async fn answered(&self, times: usize) {
        for _ in 0..1_000_000 {
            if self.tenants.asked.get() >= times {
                return;
            }
            tokio::task::yield_now().await;
        }
        panic!("nobody asks");
    }
}
