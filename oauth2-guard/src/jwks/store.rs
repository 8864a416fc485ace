use core::time::Duration;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use arc_swap::{ArcSwap, Guard};
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::time::timeout;

use super::fetch::{DEADLINE, FetchError, Fetcher};
use super::key_set::KeySet;
use crate::clock::Clock;

/// Between two attempts to find an unknown key ID, whatever became of the first.
const COOL_DOWN: Duration = Duration::from_secs(30);

/// How long a request waits for an attempt: a little longer than that takes at the most.
const PATIENCE: Duration = DEADLINE.saturating_add(Duration::from_secs(1));

/// The keys of one provider: read without a lock, replaced whole.
#[derive(Debug)]
pub(crate) struct KeyStore {
    current: Arc<ArcSwap<KeySet>>,
    remote: Option<Arc<Remote>>,
}

/// There are no keys to tell whether a token is genuine.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Unavailable {
    pub(crate) retry_after: Duration,
}

impl KeyStore {
    /// The keys that a user wrote down, which never change.
    pub(crate) fn configured(provider: &str, keys: KeySet) -> Self {
        warn_of_skipped(provider, &keys, None);
        Self { current: Arc::new(ArcSwap::from_pointee(keys)), remote: None }
    }

    /// Keys that are fetched now, and again when a token names one that is not among them.
    pub(crate) async fn fetched(
        provider: Arc<str>,
        fetcher: Fetcher,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, FetchError> {
        let started = clock.instant();
        let keys = fetcher.fetch().await?;
        warn_of_skipped(&provider, &keys, None);
        let current = Arc::new(ArcSwap::from_pointee(keys));
        let attempts = Attempts { newest: 0, started, state: State::Done { succeeded: true }, installed: 0 };
        let attempts = Mutex::new(attempts);
        let remote = Remote { provider, fetcher, clock, current: Arc::clone(&current), attempts };
        Ok(Self { current, remote: Some(Arc::new(remote)) })
    }

    pub(crate) fn current(&self) -> Guard<Arc<KeySet>> {
        self.current.load()
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
}

#[derive(Debug)]
struct Remote {
    provider: Arc<str>,
    fetcher: Fetcher,
    clock: Arc<dyn Clock>,
    current: Arc<ArcSwap<KeySet>>,
    attempts: Mutex<Attempts>,
}

#[derive(Debug)]
struct Attempts {
    /// The newest, counted from zero, which is that of the start.
    newest: u64,
    started: Instant,
    state: State,
    /// The one whose keys are in use.
    installed: u64,
}

/// What became of the newest attempt.
#[derive(Debug)]
enum State {
    Done {
        succeeded: bool,
    },
    /// Ends with whether it succeeded; that its sender is gone without a word means that it did not.
    UnderWay(watch::Receiver<Option<bool>>),
}

/// The attempt to wait for, or, while none is due, what became of the last one.
enum Next {
    Await(watch::Receiver<Option<bool>>),
    Settled(Result<(), Unavailable>),
}

impl Remote {
    async fn seek_unknown_key(self: &Arc<Self>) -> Result<(), Unavailable> {
        let mut under_way = match self.join_or_start() {
            Next::Await(under_way) => under_way,
            Next::Settled(outcome) => return outcome,
        };
        // The attempt has a deadline of its own, but may be on a runtime that nobody drives.
        let outcome = timeout(PATIENCE, under_way.wait_for(Option::is_some)).await;
        match outcome.ok().and_then(Result::ok).and_then(|outcome| *outcome) {
            Some(true) => Ok(()),
            Some(false) | None => Err(Unavailable { retry_after: COOL_DOWN }),
        }
    }

    fn join_or_start(self: &Arc<Self>) -> Next {
        let mut attempts = self.attempts();
        let now = self.clock.instant();
        let left = COOL_DOWN.saturating_sub(now.saturating_duration_since(attempts.started));
        if !left.is_zero() {
            let succeeded = match &attempts.state {
                State::UnderWay(outcome) if outcome.has_changed().is_ok() => {
                    return Next::Await(outcome.clone());
                }
                // It ended without a word: its task panicked, or its runtime went down.
                State::UnderWay(_) => false,
                State::Done { succeeded } => *succeeded,
            };
            return Next::Settled(if succeeded { Ok(()) } else { Err(Unavailable { retry_after: left }) });
        }
        let Ok(runtime) = Handle::try_current() else {
            return Next::Settled(Err(Unavailable { retry_after: COOL_DOWN }));
        };
        let (done, outcome) = watch::channel(None);
        let number = attempts.newest.saturating_add(1);
        attempts.newest = number;
        attempts.started = now;
        attempts.state = State::UnderWay(outcome.clone());
        // A task of its own, so that a caller who gives up does not end it for the others.
        runtime.spawn(Arc::clone(self).attempt(number, done));
        Next::Await(outcome)
    }

    async fn attempt(self: Arc<Self>, number: u64, done: watch::Sender<Option<bool>>) {
        let fetched = self.fetcher.fetch().await;
        let succeeded = fetched.is_ok();
        match fetched {
            Ok(keys) => self.install(number, keys),
            Err(error) => {
                tracing::warn!(provider = %self.provider, %error, "keys not refreshed, the known ones stay");
            }
        }
        let mut attempts = self.attempts();
        if attempts.newest == number {
            attempts.state = State::Done { succeeded };
        }
        done.send_replace(Some(succeeded));
    }

    /// Of two answers, that of the attempt that started later counts.
    fn install(&self, number: u64, keys: KeySet) {
        let mut attempts = self.attempts();
        if attempts.installed > number {
            return;
        }
        attempts.installed = number;
        let keys = Arc::new(keys);
        let before = self.current.swap(Arc::clone(&keys));
        drop(attempts);
        warn_of_skipped(&self.provider, &keys, Some(&before));
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
