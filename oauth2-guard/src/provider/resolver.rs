//! Issuers that are only known while the API runs.

use core::fmt;
use core::pin::Pin;
use core::time::Duration;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError};
use std::time::Instant;

use axum::BoxError;
use tokio::sync::watch;

use super::Provider;
use super::trust::Trusting;
use super::trusted::TrustedProvider;
use crate::jwks::Unavailable;
use crate::sync::{ArcSwap, Handle, Mutex, MutexGuard, timeout};

/// Says which issuers are trusted that are only known while the API runs: those of tenants in a database, say.
///
/// It is asked for the `iss` of a token that is none of the configured providers', before anything else is done for such a token: it decides
/// whose authorization servers are spoken to at all. Look the issuer up, byte by byte, among those that you know; never make a provider out of
/// whatever the token says.
///
/// Its answer holds for 10 min: after that it is asked again in the background, and the last one stays in use for up to 1 h while it
/// fails or the keys cannot be fetched. A `None` ends the trust at once, and is remembered for 30 s. It has 5 s. Those who ask for one issuer at a time
/// share an answer; 32 issuers are asked for at a time, and 10,000 are remembered; beyond that, and when there is no answer, tokens of
/// issuers that are not known yet get 503.
///
/// What a tenant's authorization server puts into its tokens grants as much as that of any other: say what it [may grant](Provider::may_grant).
/// Each tenant administers its own accounts, so that rules about owners have to say where the owner's issuer is, and an `email` owns nothing.
///
/// ```
/// use std::collections::HashMap;
/// use oauth2_guard::{Provider, ResolveIssuer, ResourceServer};
///
/// struct Tenants(HashMap<String, String>);
///
/// impl ResolveIssuer for Tenants {
///     async fn provider(&self, issuer: &str) -> Result<Option<Provider>, axum::BoxError> {
///         let audience = self.0.get(issuer); // or a query
///         Ok(audience.map(|audience| Provider::discover(issuer).audience(audience).name("tenants")))
///     }
/// }
///
/// # async fn serve(tenants: Tenants) -> Result<(), oauth2_guard::BuildError> {
/// let server = ResourceServer::builder()
///     .provider(Provider::discover("https://login.example.com").audience("orders").name("staff"))
///     .resolve_issuers(tenants)
///     .build()
///     .await?;
/// # let _ = server; Ok(()) }
/// ```
pub trait ResolveIssuer: Send + Sync + 'static {
    /// The provider of exactly this issuer; `None` if it is not trusted. `issuer` is what some token says, and may be anything.
    ///
    /// The provider's issuer, or an [alias](Provider::issuer_alias) of it, must be `issuer`. Its name may be that of other issuers which are resolved, never
    /// that of a configured provider.
    ///
    /// # Errors
    ///
    /// When it cannot be told. The error is logged, and the token is answered by 503.
    fn provider(&self, issuer: &str) -> impl Future<Output = Result<Option<Provider>, BoxError>> + Send;
}

type Answer<'a> = Pin<Box<dyn Future<Output = Result<Option<Provider>, BoxError>> + Send + 'a>>;

trait ErasedResolver: Send + Sync {
    fn ask<'a>(&'a self, issuer: &'a str) -> Answer<'a>;
}

impl<R: ResolveIssuer> ErasedResolver for R {
    fn ask<'a>(&'a self, issuer: &'a str) -> Answer<'a> {
        Box::pin(self.provider(issuer))
    }
}

/// What a user's [`ResolveIssuer`] is kept as.
#[derive(Clone)]
pub(crate) struct AnyResolver(Arc<dyn ErasedResolver>);

impl AnyResolver {
    pub(crate) fn new(resolver: impl ResolveIssuer) -> Self {
        Self(Arc::new(resolver))
    }
}

/// How long an answer is taken for the present one.
const FRESH: Duration = Duration::from_secs(10 * 60);

/// And for how long it is used while there is no newer one.
const EXPIRED: Duration = Duration::from_secs(60 * 60);

/// Until an issuer that is not trusted is asked for again.
const UNKNOWN_FOR: Duration = Duration::from_secs(30);

/// Until one is asked for again of which nothing could be told.
const PAUSE: Duration = Duration::from_secs(5);

const DEADLINE: Duration = Duration::from_secs(5);

/// A little longer than an answer takes at the most, and the provider's keys.
const PATIENCE: Duration = Duration::from_secs(11);

const MOST_AT_ONCE: usize = 32;

/// Of issuers that are not trusted, and of those that are.
const MOST_UNKNOWN: usize = 1_000;
const MOST_TRUSTED: usize = 10_000;

/// Longer than an issuer is.
const MAX_ISSUER_BYTES: usize = 1_024;

/// The providers that were resolved, and what is being asked.
pub(crate) struct Resolver {
    resolver: AnyResolver,
    trusting: Trusting,
    trusted: ArcSwap<HashMap<Box<str>, Resolved>>,
    attempts: Mutex<HashMap<Box<str>, Attempt>>,
}

#[derive(Clone)]
struct Resolved {
    provider: Arc<TrustedProvider>,
    since: Instant,
}

/// The last question about an issuer, while there is something to remember of it.
struct Attempt {
    began: Instant,
    state: State,
}

enum State {
    UnderWay(watch::Receiver<()>),
    Unknown,
    Failed,
}

/// What is known of an issuer without asking.
pub(crate) enum Look {
    Trusted(Arc<TrustedProvider>),
    /// It is not trusted.
    Unknown,
    /// It is to be [resolved](Resolver::resolve).
    Ask,
}

impl Resolver {
    pub(crate) fn new(resolver: AnyResolver, trusting: Trusting) -> Self {
        Self {
            resolver,
            trusting,
            trusted: ArcSwap::from_pointee(HashMap::new()),
            attempts: Mutex::new(HashMap::new()),
        }
    }

    /// What is known of `issuer`; a newer answer is asked for in the background where it is time.
    pub(crate) fn look(self: &Arc<Self>, issuer: &str) -> Look {
        if issuer.len() > MAX_ISSUER_BYTES {
            return Look::Unknown;
        }
        let now = self.trusting.clock.instant();
        let known = self.trusted.load().get(issuer).cloned();
        match known {
            Some(Resolved { provider, since }) if age(since, now) < EXPIRED => {
                if age(since, now) >= FRESH {
                    drop(self.begin(issuer, now));
                }
                Look::Trusted(provider)
            }
            _ => match self.attempts().get(issuer) {
                Some(Attempt { began, state: State::Unknown }) if age(*began, now) < UNKNOWN_FOR => {
                    Look::Unknown
                }
                _ => Look::Ask,
            },
        }
    }

    /// Asks for `issuer`, or shares the answer of who asks already; then it may be [looked](Self::look) for again.
    pub(crate) async fn resolve(self: &Arc<Self>, issuer: &str) -> Result<(), Unavailable> {
        let Some(mut done) = self.begin(issuer, self.trusting.clock.instant())? else {
            return Ok(());
        };
        // That the task is gone is an end as well.
        let ended = timeout(PATIENCE, done.changed()).await;
        let now = self.trusting.clock.instant();
        let is_trusted = self.trusted.load().get(issuer).is_some_and(|known| age(known.since, now) < EXPIRED);
        let is_unknown = matches!(self.attempts().get(issuer), Some(Attempt { state: State::Unknown, .. }));
        if ended.is_ok() && (is_trusted || is_unknown) { Ok(()) } else { Err(NOT_NOW) }
    }

    /// The attempt that is under way, begun now if there is none; `None` if there is an answer since it was looked for.
    fn begin(
        self: &Arc<Self>,
        issuer: &str,
        now: Instant,
    ) -> Result<Option<watch::Receiver<()>>, Unavailable> {
        let mut attempts = self.attempts();
        if self.trusted.load().get(issuer).is_some_and(|known| age(known.since, now) < FRESH) {
            return Ok(None);
        }
        match attempts.get(issuer) {
            Some(Attempt { state: State::UnderWay(done), began }) if is_alive(done, *began, now) => {
                return Ok(Some(done.clone()));
            }
            Some(Attempt { state: State::Unknown, began }) if age(*began, now) < UNKNOWN_FOR => {
                return Ok(None);
            }
            Some(Attempt { state: State::Failed, began }) if age(*began, now) < PAUSE => return Err(NOT_NOW),
            _ => {}
        }
        let runtime = Handle::try_current().map_err(|_| NOT_NOW)?;
        make_room(&mut attempts, now);
        let under_way = attempts.values().filter(|attempt| attempt.is_under_way(now)).count();
        if under_way >= MOST_AT_ONCE {
            return Err(NOT_NOW);
        }
        let (sender, done) = watch::channel(());
        let attempt = Attempt { began: now, state: State::UnderWay(done.clone()) };
        attempts.insert(issuer.into(), attempt);
        drop(attempts);
        // A task of its own, so that a caller who gives up does not end it for the others.
        runtime.spawn(Arc::clone(self).attempt(issuer.into(), now, sender));
        Ok(Some(done))
    }

    async fn attempt(self: Arc<Self>, issuer: Box<str>, began: Instant, done: watch::Sender<()>) {
        let mut ended = Ended { resolver: &self, issuer: &issuer, began, told: Told::Nothing };
        match self.ask(&issuer).await {
            Ok(Some(provider)) => ended.told = Told::Trusted(Arc::new(provider)),
            Ok(None) => ended.told = Told::Unknown,
            Err(error) => tracing::error!(error, "an issuer could not be resolved"),
        }
        drop(ended);
        drop(done);
    }

    async fn ask(&self, issuer: &str) -> Result<Option<TrustedProvider>, String> {
        let answer = timeout(DEADLINE, self.resolver.0.ask(issuer)).await;
        let provider = match answer {
            Err(_) => return Err(format!("no answer within {} s", DEADLINE.as_secs())),
            Ok(Err(error)) => return Err(error.to_string()),
            Ok(Ok(None)) => return Ok(None),
            Ok(Ok(Some(provider))) => provider,
        };
        let names = &self.trusting.names;
        if names.iter().any(|name| **name == *provider.display_name()) {
            return Err(format!(
                "the name `{}` is that of a configured provider: give the resolved one another with `.name(\"..\")`",
                provider.display_name()
            ));
        }
        if !provider.is_of(issuer) {
            return Err("the resolved provider is of another issuer than was asked for".to_owned());
        }
        let trusted = provider.resolved().trust(&self.trusting, false).await;
        trusted.map(Some).map_err(|error| error.to_string())
    }

    fn trust(&self, issuer: &str, resolved: &Resolved) {
        self.trusted.rcu(|trusted| {
            let mut trusted = HashMap::clone(trusted);
            if trusted.len() >= MOST_TRUSTED && !trusted.contains_key(issuer) {
                let oldest = trusted.iter().min_by_key(|(_, resolved)| resolved.since);
                if let Some(oldest) = oldest.map(|(issuer, _)| issuer.clone()) {
                    trusted.remove(&oldest);
                }
            }
            trusted.insert(issuer.into(), resolved.clone());
            trusted
        });
    }

    fn distrust(&self, issuer: &str) {
        if self.trusted.load().contains_key(issuer) {
            self.trusted.rcu(|trusted| {
                let mut trusted = HashMap::clone(trusted);
                trusted.remove(issuer);
                trusted
            });
        }
    }

    fn attempts(&self) -> MutexGuard<'_, HashMap<Box<str>, Attempt>> {
        // Nothing that holds the lock can leave it half changed.
        self.attempts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Settles an attempt when it ends, also where it panics.
struct Ended<'a> {
    resolver: &'a Resolver,
    issuer: &'a str,
    began: Instant,
    told: Told,
}

enum Told {
    Nothing,
    Trusted(Arc<TrustedProvider>),
    Unknown,
}

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        let mut attempts = self.resolver.attempts();
        // Of two answers, that to the later question counts.
        let is_newest = attempts.get(self.issuer).is_some_and(|newest| newest.began == self.began);
        if !is_newest {
            return;
        }
        let state = match &self.told {
            Told::Nothing => State::Failed,
            Told::Trusted(provider) => {
                self.resolver
                    .trust(self.issuer, &Resolved { provider: Arc::clone(provider), since: self.began });
                attempts.remove(self.issuer);
                return;
            }
            Told::Unknown => {
                self.resolver.distrust(self.issuer);
                State::Unknown
            }
        };
        attempts.insert(self.issuer.into(), Attempt { began: self.began, state });
    }
}

impl Attempt {
    fn is_under_way(&self, now: Instant) -> bool {
        matches!(&self.state, State::UnderWay(done) if is_alive(done, self.began, now))
    }

    /// Whether there is something left to remember.
    fn is_of_use(&self, now: Instant) -> bool {
        match &self.state {
            State::UnderWay(_) => self.is_under_way(now),
            State::Unknown => age(self.began, now) < UNKNOWN_FOR,
            State::Failed => age(self.began, now) < PAUSE,
        }
    }
}

const NOT_NOW: Unavailable = Unavailable { retry_after: PAUSE };

/// Not one whose task is gone, nor one on a runtime that nobody drives.
fn is_alive(done: &watch::Receiver<()>, began: Instant, now: Instant) -> bool {
    done.has_changed().is_ok() && age(began, now) < UNKNOWN_FOR
}

fn age(since: Instant, now: Instant) -> Duration {
    now.saturating_duration_since(since)
}

/// Forgets what is of no use, and, when that is not enough, which issuers are unknown: they are asked for again.
fn make_room(attempts: &mut HashMap<Box<str>, Attempt>, now: Instant) {
    if attempts.len() < MOST_UNKNOWN {
        return;
    }
    attempts.retain(|_, attempt| attempt.is_of_use(now));
    if attempts.len() >= MOST_UNKNOWN {
        attempts.retain(|_, attempt| attempt.is_under_way(now));
    }
}

/// Says how many issuers were resolved, not which.
impl fmt::Debug for Resolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resolver").field("resolved", &self.trusted.load().len()).finish_non_exhaustive()
    }
}
