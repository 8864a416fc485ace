use core::fmt;
use core::time::Duration;
use std::sync::{Arc, PoisonError};
use std::time::Instant;

use arc_swap::Guard;
use tokio::sync::watch;

use super::discovery::ClientEndpoints;
use super::fetch::{Fetched, Fetcher};
use super::fetch_error::FetchError;
use super::freshness::{COOL_DOWN, Freshness, Need, Refresh, Search};
use super::key_set::KeySet;
use super::known_headers::KnownHeaders;
use crate::clock::Clock;
use crate::fetch::DEADLINE;
use crate::readiness::KeyState;
use crate::sync::{ArcSwap, Handle, Mutex, MutexGuard, random_byte, timeout};

/// How long a request waits for an attempt: a little longer than that takes at the most.
const PATIENCE: Duration = DEADLINE.saturating_add(Duration::from_secs(1));

/// How long a request waits for newer keys while those at hand will do.
const SHORT_PATIENCE: Duration = Duration::from_millis(250);

/// The keys of one provider: read without a lock, replaced whole.
#[derive(Debug)]
pub(crate) struct KeyStore {
    current: Arc<ArcSwap<Dated>>,
    remote: Option<Arc<Remote>>,
}

/// A key set, and until when nothing has to be done about it.
pub(crate) struct Dated {
    pub(crate) keys: KeySet,
    /// What the document that led to them says beside it.
    #[cfg_attr(not(feature = "utoipa"), expect(dead_code, reason = "it is for documents alone"))]
    pub(crate) endpoints: Option<ClientEndpoints>,
    pub(crate) headers: KnownHeaders,
    /// No other set of the provider has it.
    pub(crate) number: u64,
    fresh_until: Option<Instant>,
}

/// How it stands with the keys of a provider.
#[derive(Debug)]
pub(crate) struct KeyReadiness {
    pub(crate) state: KeyState,
    /// Since the fetch began that brought them.
    pub(crate) age: Option<Duration>,
    pub(crate) last_error: Option<Box<str>>,
}

/// There are no keys to tell whether a token is genuine.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Unavailable {
    pub(crate) retry_after: Duration,
}

/// What stands before the use of a key.
pub(crate) enum Stale {
    /// Newer keys are on their way, and worth this wait.
    Wait(Refreshing),
    Unavailable(Unavailable),
}

/// An attempt that is under way.
pub(crate) struct Refreshing {
    outcome: Outcome,
    patience: Duration,
}

/// Ends with whether the attempt succeeded; that its sender is gone without a word means that it did not.
type Outcome = watch::Receiver<Option<bool>>;

impl KeyStore {
    /// The keys that a user wrote down, which never change.
    pub(crate) fn configured(provider: &str, keys: KeySet) -> Self {
        warn_of_skipped(provider, &keys, None);
        Self { current: Arc::new(ArcSwap::from_pointee(Dated::new(keys, None, 0, None))), remote: None }
    }

    /// Keys that are fetched now, then as `refresh` says, and when a token names one that is not among them.
    pub(crate) async fn fetched(
        provider: Arc<str>,
        fetcher: Fetcher,
        refresh: Refresh,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, FetchError> {
        let started = clock.instant();
        let Fetched { keys, endpoints, max_age } = fetcher.fetch().await?;
        warn_of_skipped(&provider, &keys, None);
        let freshness = Freshness::new(refresh, started, max_age, random_byte());
        let dated = Dated::new(keys, endpoints, 0, freshness.fresh_until());
        Ok(Self::of(provider, fetcher, clock, freshness, dated))
    }

    /// Keys that are fetched as soon as there is a runtime to do so in, which nobody waits for.
    pub(crate) fn lazy(
        provider: Arc<str>,
        fetcher: Fetcher,
        refresh: Refresh,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let none = Dated::new(KeySet::none(), None, 0, Some(clock.instant()));
        let this = Self::of(provider, fetcher, clock, Freshness::unfetched(refresh), none);
        // Whoever comes first waits for it; until then there is nothing to say.
        drop(this.freshen());
        this
    }

    fn of(
        provider: Arc<str>,
        fetcher: Fetcher,
        clock: Arc<dyn Clock>,
        freshness: Freshness,
        dated: Dated,
    ) -> Self {
        let current = Arc::new(ArcSwap::from_pointee(dated));
        let attempts = Attempts { freshness, newest: 0, installed: 0, under_way: None, last_error: None };
        let attempts = Mutex::new(attempts);
        let remote = Remote { provider, fetcher, clock, current: Arc::clone(&current), attempts };
        Self { current, remote: Some(Arc::new(remote)) }
    }

    /// How it stands with the keys; what is due is begun.
    pub(crate) fn readiness(&self) -> KeyReadiness {
        let Some(remote) = &self.remote else {
            return KeyReadiness { state: KeyState::Fresh, age: None, last_error: None };
        };
        drop(remote.freshen());
        let is_fresh = self.are_fresh();
        let attempts = remote.attempts();
        let now = remote.clock.instant();
        let state = match attempts.freshness.is_expired(now) {
            true => KeyState::Absent,
            // Keys that are fetched for every request are never fresh, and no worse for it.
            false
                if is_fresh || (attempts.freshness.is_needed_first(now) && attempts.last_error.is_none()) =>
            {
                KeyState::Fresh
            }
            false => KeyState::Stale,
        };
        KeyReadiness { state, age: attempts.freshness.age(now), last_error: attempts.last_error.clone() }
    }

    pub(crate) fn current(&self) -> Guard<Arc<Dated>> {
        self.current.load()
    }

    /// Whether the [current](Self::current) keys may be used without a further thought: one look, and no lock.
    pub(crate) fn are_fresh(&self) -> bool {
        self.is_fresh(&self.current.load())
    }

    /// The same of keys that were the current ones just now.
    pub(crate) fn is_fresh(&self, dated: &Dated) -> bool {
        match (&self.remote, dated.fresh_until) {
            (Some(remote), Some(fresh_until)) => remote.clock.instant() < fresh_until,
            _ => true,
        }
    }

    /// To be asked before keys are used that are not [fresh](Self::are_fresh). What is to be had without waiting is begun.
    pub(crate) fn freshen(&self) -> Result<(), Stale> {
        self.remote.as_ref().map_or(Ok(()), Remote::freshen)
    }

    /// The same after having waited, so that there is no wait again.
    pub(crate) fn settle(&self) -> Result<(), Unavailable> {
        self.remote.as_ref().map_or(Ok(()), |remote| remote.settle())
    }

    /// To be asked when a token names a key that is not in the set of this number: what [`seek_unknown_key`](Self::seek_unknown_key) would come to, where that is
    /// known without waiting and the set is the newest. So most who name keys that nobody has are turned away as quickly as they come.
    pub(crate) fn settled_search(&self, number: u64) -> Option<Result<(), Unavailable>> {
        match &self.remote {
            Some(remote) => remote.settled_search(number),
            None => Some(Ok(())),
        }
    }

    /// To be awaited when a token names a key that is not in the [current](Self::current) set. Afterwards the set is
    /// as new as it may be, and to be looked into once more.
    ///
    /// Whoever comes while an attempt is under way shares it. Nobody's leaving ends it.
    pub(crate) async fn seek_unknown_key(&self) -> Result<(), Unavailable> {
        match &self.remote {
            Some(remote) => remote.seek_unknown_key().await,
            None => Ok(()),
        }
    }

    /// To be asked when a key of the [current](Self::current) set does not verify a token: it may have been replaced under its ID. The attempt
    /// to wait for, if one is under way or due; it is begun as for an unknown key, and no oftener.
    pub(crate) fn seek_replaced_key(&self) -> Option<Refreshing> {
        let outcome = self.remote.as_ref()?.join_or_search().ok()?;
        Some(Refreshing { outcome, patience: PATIENCE })
    }
}

impl Dated {
    fn new(
        keys: KeySet,
        endpoints: Option<ClientEndpoints>,
        number: u64,
        fresh_until: Option<Instant>,
    ) -> Self {
        Self { keys, endpoints, headers: KnownHeaders::default(), number, fresh_until }
    }
}

/// Says how many keys there are, not which.
impl fmt::Debug for Dated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dated")
            .field("keys", &self.keys)
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}

impl Refreshing {
    /// Whether newer keys came in time.
    pub(crate) async fn wait(&mut self) -> bool {
        if Handle::try_current().is_err() {
            // There is no timer here to give up by.
            return false;
        }
        // The attempt has a deadline of its own, but may be on a runtime that nobody drives.
        let outcome = timeout(self.patience, self.outcome.wait_for(Option::is_some)).await;
        outcome.ok().and_then(Result::ok).and_then(|outcome| *outcome) == Some(true)
    }
}

#[derive(Debug)]
struct Remote {
    provider: Arc<str>,
    fetcher: Fetcher,
    clock: Arc<dyn Clock>,
    current: Arc<ArcSwap<Dated>>,
    attempts: Mutex<Attempts>,
}

#[derive(Debug)]
struct Attempts {
    freshness: Freshness,
    /// The newest, counted from zero, which is that of the start.
    newest: u64,
    /// The one whose keys are in use.
    installed: u64,
    /// The newest, while it lasts, and what it was needed for.
    under_way: Option<(Outcome, Need)>,
    /// Of the newest that ended.
    last_error: Option<Box<str>>,
}

impl Attempts {
    /// What is under way. An attempt that ended without a word (its task panicked, or its runtime went down) is not, nor one on a
    /// runtime that nobody drives.
    fn under_way(&self, now: Instant) -> Option<(Outcome, Need)> {
        let (outcome, need) = self.under_way.as_ref()?;
        let is_alive = outcome.has_changed().is_ok() && !self.freshness.is_cool(now);
        is_alive.then(|| (outcome.clone(), *need))
    }
}

impl Remote {
    fn freshen(self: &Arc<Self>) -> Result<(), Stale> {
        let mut attempts = self.attempts();
        let now = self.clock.instant();
        let (outcome, need) = match attempts.under_way(now) {
            Some((outcome, need)) => (Some(outcome), need),
            None => match attempts.freshness.need(now) {
                Need::Nothing => return Ok(()),
                Need::Unavailable { retry_after } => {
                    return Err(Stale::Unavailable(Unavailable { retry_after }));
                }
                need => (self.start(&mut attempts, now, need), need),
            },
        };
        let is_needed = need == Need::First || attempts.freshness.is_needed_first(now);
        let patience = match need {
            _ if is_needed => PATIENCE,
            Need::Soon => SHORT_PATIENCE,
            _ => return Ok(()),
        };
        match outcome {
            Some(outcome) => Err(Stale::Wait(Refreshing { outcome, patience })),
            None if is_needed => Err(Stale::Unavailable(Unavailable { retry_after: COOL_DOWN })),
            None => Ok(()),
        }
    }

    fn settle(&self) -> Result<(), Unavailable> {
        let attempts = self.attempts();
        let now = self.clock.instant();
        if attempts.freshness.is_expired(now) {
            return Err(Unavailable { retry_after: attempts.freshness.retry_after(now) });
        }
        Ok(())
    }

    fn settled_search(&self, number: u64) -> Option<Result<(), Unavailable>> {
        let attempts = self.attempts();
        let now = self.clock.instant();
        if attempts.installed != number || attempts.under_way(now).is_some() {
            return None;
        }
        match attempts.freshness.search(now) {
            Search::Settled => Some(Ok(())),
            Search::Unavailable { retry_after } => Some(Err(Unavailable { retry_after })),
            Search::Attempt => None,
        }
    }

    async fn seek_unknown_key(self: &Arc<Self>) -> Result<(), Unavailable> {
        let outcome = match self.join_or_search() {
            Ok(outcome) => outcome,
            Err(settled) => return settled,
        };
        if (Refreshing { outcome, patience: PATIENCE }).wait().await {
            return Ok(());
        }
        Err(Unavailable { retry_after: COOL_DOWN })
    }

    /// The attempt to wait for, or, while none is due, what became of the last one.
    fn join_or_search(self: &Arc<Self>) -> Result<Outcome, Result<(), Unavailable>> {
        let mut attempts = self.attempts();
        let now = self.clock.instant();
        if let Some((outcome, _)) = attempts.under_way(now) {
            return Ok(outcome);
        }
        match attempts.freshness.search(now) {
            Search::Settled => Err(Ok(())),
            Search::Unavailable { retry_after } => Err(Err(Unavailable { retry_after })),
            Search::Attempt => self
                .start(&mut attempts, now, Need::InBackground)
                .ok_or(Err(Unavailable { retry_after: COOL_DOWN })),
        }
    }

    /// Begins an attempt, unless there is no runtime to do so in.
    fn start(self: &Arc<Self>, attempts: &mut Attempts, now: Instant, need: Need) -> Option<Outcome> {
        let runtime = Handle::try_current().ok()?;
        let (done, outcome) = watch::channel(None);
        attempts.newest = attempts.newest.saturating_add(1);
        attempts.freshness.attempted(now);
        attempts.under_way = Some((outcome.clone(), need));
        // A task of its own, so that a caller who gives up does not end it for the others.
        runtime.spawn(Arc::clone(self).attempt(attempts.newest, now, done));
        Some(outcome)
    }

    async fn attempt(self: Arc<Self>, number: u64, began: Instant, done: watch::Sender<Option<bool>>) {
        let fetched = self.fetcher.fetch().await;
        let succeeded = fetched.is_ok();
        match fetched {
            Ok(fetched) => self.install(number, began, fetched),
            Err(error) => {
                tracing::warn!(provider = %self.provider, %error, "keys not refreshed, the known ones stay");
                let mut attempts = self.attempts();
                if attempts.newest == number {
                    attempts.freshness.failed(error.retry_after());
                    attempts.last_error = Some(error.to_string().into());
                }
            }
        }
        let mut attempts = self.attempts();
        if attempts.newest == number {
            attempts.under_way = None;
        }
        done.send_replace(Some(succeeded));
    }

    /// Of two answers, that of the attempt that started later counts.
    fn install(&self, number: u64, began: Instant, fetched: Fetched) {
        let Fetched { keys, endpoints, max_age } = fetched;
        let mut attempts = self.attempts();
        if attempts.installed > number {
            return;
        }
        attempts.installed = number;
        attempts.freshness.succeeded(began, max_age, random_byte());
        if attempts.newest == number {
            attempts.last_error = None;
        }
        let dated = Arc::new(Dated::new(keys, endpoints, number, attempts.freshness.fresh_until()));
        let before = self.current.swap(Arc::clone(&dated));
        drop(attempts);
        warn_of_skipped(&self.provider, &dated.keys, Some(&before.keys));
        tracing::info!(provider = %self.provider, "keys refreshed");
    }

    fn attempts(&self) -> MutexGuard<'_, Attempts> {
        // Nothing that holds the lock can leave it half changed.
        self.attempts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One warning for each key, until the set says something else.
fn warn_of_skipped(provider: &str, keys: &KeySet, before: Option<&KeySet>) {
    if before.is_some_and(|before| before.skipped() == keys.skipped()) {
        return;
    }
    for (index, reason) in keys.skipped() {
        tracing::warn!(provider, index, reason, "a key of the key set is skipped");
    }
}
