use core::fmt;
use core::sync::atomic::{AtomicUsize, Ordering};
use core::time::Duration;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockWriteGuard};
use std::time::{Instant, SystemTime};

use axum::BoxError;

use super::Revocations;
use crate::claims::OAuth2Claims;
use crate::clock::{Clock, SystemClock};

const MOST_ENTRIES: usize = 1_000_000;

/// The longest leeway that a provider may have.
const MOST_LEEWAY: Duration = Duration::from_secs(300);

/// Fewer are not worth a look for what can be forgotten.
const FEW: usize = 1_024;

/// [`Revocations`] in the memory of this process. Its clones are the same list.
///
/// An entry is forgotten once every token that it is about has expired, which whoever makes it says; until then nothing makes it go. It has
/// a million entries at the most. Other processes know nothing of it, and a restart forgets it.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use oauth2_guard::{OAuth2Claims, Provider, ResourceServer, RevocationList};
///
/// # async fn serve() -> Result<(), Box<dyn std::error::Error>> {
/// let revoked = RevocationList::default();
/// let server = ResourceServer::builder()
///     .provider(Provider::discover("https://login.example.com").audience("orders"))
///     .revocations(revoked.clone())
///     .build()
///     .await?;
///
/// // A log-out: this token.
/// async fn log_out(revoked: RevocationList, claims: OAuth2Claims) -> Result<(), oauth2_guard::NotListed> {
///     revoked.revoke(&claims)
/// }
///
/// // An account that was taken over: whatever it was given up to now. No token of this issuer lives longer than an hour.
/// let now = SystemTime::now();
/// revoked.revoke_subject("https://login.example.com", "alice", now, now + Duration::from_secs(3600))?;
/// # let _ = (server, log_out); Ok(()) }
/// ```
#[derive(Clone)]
pub struct RevocationList(Arc<Shared>);

struct Shared {
    clock: Arc<dyn Clock>,
    entries: RwLock<Entries>,
    /// How many there are, for those who need not look then.
    count: AtomicUsize,
}

#[derive(Default)]
struct Entries {
    tokens: ByIssuer<Kept>,
    subjects: ByIssuer<(SystemTime, Kept)>,
    /// As many as there may be before it is looked what can be forgotten.
    enough: usize,
}

type ByIssuer<E> = HashMap<Box<str>, HashMap<Box<str>, E>>;

/// Until when an entry is needed, by either clock: a wall clock may be set forward and back again.
#[derive(Clone, Copy)]
struct Kept {
    until: SystemTime,
    instant: Instant,
}

/// Why something was not revoked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum NotListed {
    /// The list has a million entries, all of which are needed.
    Full,
    /// The token has no `jti`: revoke what its subject was given.
    NoTokenId,
}

impl Default for RevocationList {
    fn default() -> Self {
        Self::with_clock(SystemClock)
    }
}

impl RevocationList {
    /// An empty one, which forgets by this clock: that of the [server](crate::ResourceServerBuilder::clock).
    ///
    /// ```
    /// # use oauth2_guard::{RevocationList, SystemClock};
    /// let revoked = RevocationList::with_clock(SystemClock::default());
    /// # let _ = revoked;
    /// ```
    pub fn with_clock(clock: impl Clock) -> Self {
        let (clock, count) = (Arc::new(clock), AtomicUsize::new(0));
        Self(Arc::new(Shared { clock, entries: RwLock::default(), count }))
    }

    /// Revokes one token, by its `jti`.
    ///
    /// # Errors
    ///
    /// A [`NotListed`]: then the token is as good as before.
    pub fn revoke(&self, claims: &OAuth2Claims) -> Result<(), NotListed> {
        let token_id = claims.token_id().ok_or(NotListed::NoTokenId)?;
        self.revoke_token(claims.issuer(), token_id, claims.expires_at())
    }

    /// Revokes the token of this ID (`jti`), which its issuer gave out and which expires then.
    ///
    /// # Errors
    ///
    /// A [`NotListed`]: then the token is as good as before.
    ///
    /// ```
    /// # use std::time::{Duration, SystemTime};
    /// # use oauth2_guard::RevocationList;
    /// # fn revoke(revoked: &RevocationList) -> Result<(), oauth2_guard::NotListed> {
    /// let expires_at = SystemTime::now() + Duration::from_secs(3600);
    /// revoked.revoke_token("https://login.example.com", "3f2504e0", expires_at)
    /// # }
    /// ```
    pub fn revoke_token(
        &self,
        issuer: &str,
        token_id: &str,
        expires_at: SystemTime,
    ) -> Result<(), NotListed> {
        let kept = self.kept(expires_at);
        let mut entries = self.make_room()?;
        let of_issuer = entries.tokens.entry(issuer.into()).or_default();
        let entry = of_issuer.entry(token_id.into()).or_insert(kept);
        *entry = entry.longer(kept);
        self.counted(&entries);
        Ok(())
    }

    /// Revokes whatever the subject was given by the issuer up to `moment`, all of which has expired at `expires_at`. Of two moments the later one
    /// counts.
    ///
    /// # Errors
    ///
    /// A [`NotListed`]: then the tokens are as good as before.
    pub fn revoke_subject(
        &self,
        issuer: &str,
        subject: &str,
        moment: SystemTime,
        expires_at: SystemTime,
    ) -> Result<(), NotListed> {
        let kept = self.kept(expires_at);
        let mut entries = self.make_room()?;
        let of_issuer = entries.subjects.entry(issuer.into()).or_default();
        let (before, entry) = of_issuer.entry(subject.into()).or_insert((moment, kept));
        *before = moment.max(*before);
        *entry = entry.longer(kept);
        self.counted(&entries);
        Ok(())
    }

    fn kept(&self, expires_at: SystemTime) -> Kept {
        let until = expires_at.checked_add(MOST_LEEWAY).unwrap_or(expires_at);
        let left = until.duration_since(self.0.clock.now()).unwrap_or_default();
        let now = self.0.clock.instant();
        // Beyond what a clock can show: a century will do.
        let instant = now.checked_add(left).or_else(|| now.checked_add(CENTURY)).unwrap_or(now);
        Kept { until, instant }
    }

    /// With room for one more.
    fn make_room(&self) -> Result<RwLockWriteGuard<'_, Entries>, NotListed> {
        let mut entries = self.0.entries.write().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= entries.enough.max(FEW) {
            let (now, instant) = (self.0.clock.now(), self.0.clock.instant());
            entries.forget(|kept| now >= kept.until && instant >= kept.instant);
            entries.enough = entries.len().saturating_mul(2).min(MOST_ENTRIES);
            self.counted(&entries);
        }
        if entries.len() >= MOST_ENTRIES { Err(NotListed::Full) } else { Ok(entries) }
    }

    fn counted(&self, entries: &Entries) {
        self.0.count.store(entries.len(), Ordering::Release);
    }

    fn look<T>(&self, look: impl FnOnce(&Entries) -> Option<T>) -> Option<T> {
        if self.0.count.load(Ordering::Acquire) == 0 {
            return None;
        }
        // Nothing that holds the lock can leave it half changed.
        look(&self.0.entries.read().unwrap_or_else(PoisonError::into_inner))
    }
}

const CENTURY: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

impl Kept {
    fn longer(self, other: Self) -> Self {
        Self { until: self.until.max(other.until), instant: self.instant.max(other.instant) }
    }
}

impl Entries {
    fn len(&self) -> usize {
        let tokens = self.tokens.values().map(HashMap::len);
        tokens.chain(self.subjects.values().map(HashMap::len)).fold(0, usize::saturating_add)
    }

    fn forget(&mut self, is_over: impl Fn(&Kept) -> bool) {
        self.tokens.retain(|_, tokens| {
            tokens.retain(|_, kept| !is_over(kept));
            !tokens.is_empty()
        });
        self.subjects.retain(|_, subjects| {
            subjects.retain(|_, (_, kept)| !is_over(kept));
            !subjects.is_empty()
        });
    }
}

impl Revocations for RevocationList {
    fn is_revoked(&self, issuer: &str, token_id: &str) -> Result<bool, BoxError> {
        Ok(self.look(|entries| entries.tokens.get(issuer)?.get(token_id).map(drop)).is_some())
    }

    fn revoked_before(&self, issuer: &str, subject: &str) -> Result<Option<SystemTime>, BoxError> {
        Ok(self.look(|entries| entries.subjects.get(issuer)?.get(subject).map(|(moment, _)| *moment)))
    }
}

/// Says how many entries there are, not which.
impl fmt::Debug for RevocationList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entries = self.0.count.load(Ordering::Relaxed);
        f.debug_struct("RevocationList").field("entries", &entries).finish_non_exhaustive()
    }
}

impl fmt::Display for NotListed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full => "the list of what is revoked is full: revoke by subject, or keep it elsewhere",
            Self::NoTokenId => {
                "the token has no `jti` to revoke it by: revoke what its subject was given, or ask for `jti` with `.require_rfc9068()`"
            }
        })
    }
}

impl core::error::Error for NotListed {}
