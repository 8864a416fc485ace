//! Tokens that are void before they expire.

mod list;

use core::fmt;
use core::time::Duration;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Instant, SystemTime};

use axum::BoxError;

use crate::claims::OAuth2Claims;
use crate::clock::{Clock, UnixTime};
use crate::rejection::Reason;
use crate::verify::InvalidToken;

pub use self::list::{NotListed, RevocationList};

/// Says which tokens are void before they expire. It is asked about every token that is good otherwise, for every request, whether the token was seen before or
/// not; [`RevocationList`] is one that is in memory.
///
/// What is void is refused with 401 `invalid_token`, and [`OAuth2Claims::expired`] ends.
///
/// It must answer at once, from what it has at hand, so that a request waits for nothing: where revocations are kept in a place that others share, a task keeps
/// a copy of them, or subscribes to them, and [`revoked_before`](Self::revoked_before) and its like look into that. Who cannot vouch for the copy any more, since the
/// last one is too old, says so with an error.
///
/// ```
/// use std::collections::HashSet;
/// use std::sync::{Arc, RwLock};
/// use std::time::SystemTime;
/// use oauth2_guard::{Provider, ResourceServer, Revocations};
///
/// /// Token IDs, as a task reads them from a database once a second; `None` while it cannot.
/// struct Copied(Arc<RwLock<Option<HashSet<String>>>>);
///
/// impl Revocations for Copied {
///     fn is_revoked(&self, _issuer: &str, token_id: &str) -> Result<bool, axum::BoxError> {
///         let copy = self.0.read().map_err(|_| "the task panicked")?;
///         Ok(copy.as_ref().ok_or("there is no copy yet")?.contains(token_id))
///     }
///
///     fn revoked_before(&self, _issuer: &str, _subject: &str) -> Result<Option<SystemTime>, axum::BoxError> {
///         Ok(None)
///     }
/// }
///
/// # fn builder(copied: Copied) -> oauth2_guard::ResourceServerBuilder {
/// ResourceServer::builder()
///     .provider(Provider::discover("https://login.example.com").audience("orders"))
///     .revocations(copied)
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say which tokens are revoked",
    label = "not `Revocations`",
    note = "write `impl Revocations for {Self}`, or take a `RevocationList`"
)]
pub trait Revocations: Send + Sync + 'static {
    /// Whether the token of this ID (`jti`) is void, which is unique within its issuer. A token without `jti` is not asked about: with
    /// [`require_rfc9068`](crate::Provider::require_rfc9068) there is none.
    ///
    /// `issuer` is that of [`OAuth2Claims::issuer`], whichever spelling the token has.
    ///
    /// # Errors
    ///
    /// When it cannot be told. The error is logged, and the request is answered by 503.
    fn is_revoked(&self, issuer: &str, token_id: &str) -> Result<bool, BoxError>;

    /// The moment up to which everything is void that was issued to this subject; `None` where nothing is.
    ///
    /// A token is held to it by its `iat`, in whole seconds, so that what was issued in the same second is void; one without `iat` is void whatever the
    /// moment. The moment is one of the authorization server's clock. `subject` is that of [`OAuth2Claims::subject`].
    ///
    /// # Errors
    ///
    /// When it cannot be told. The error is logged, and the request is answered by 503.
    fn revoked_before(&self, issuer: &str, subject: &str) -> Result<Option<SystemTime>, BoxError>;
}

impl<R: Revocations + ?Sized> Revocations for Arc<R> {
    fn is_revoked(&self, issuer: &str, token_id: &str) -> Result<bool, BoxError> {
        R::is_revoked(self, issuer, token_id)
    }

    fn revoked_before(&self, issuer: &str, subject: &str) -> Result<Option<SystemTime>, BoxError> {
        R::revoked_before(self, issuer, subject)
    }
}

/// Between two errors in the log.
const QUIET: Duration = Duration::from_secs(10);

/// What a user's [`Revocations`] are kept as.
pub(crate) struct Revoking {
    revocations: Arc<dyn Revocations>,
    clock: Arc<dyn Clock>,
    last_error: Mutex<Option<Instant>>,
}

/// Why a token that is good otherwise is not accepted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Void {
    Revoked,
    /// It cannot be told.
    Unknown,
}

impl From<Void> for Reason {
    fn from(void: Void) -> Self {
        match void {
            Void::Revoked => Self::InvalidToken(InvalidToken::Revoked),
            Void::Unknown => Self::RevocationsUnavailable,
        }
    }
}

impl Revoking {
    pub(crate) fn new(revocations: Arc<dyn Revocations>, clock: Arc<dyn Clock>) -> Self {
        Self { revocations, clock, last_error: Mutex::new(None) }
    }

    pub(crate) fn ask(&self, claims: &OAuth2Claims) -> Result<(), Void> {
        let is_void = self.is_void(claims).map_err(|error| {
            self.log(&error);
            Void::Unknown
        })?;
        if is_void { Err(Void::Revoked) } else { Ok(()) }
    }

    fn is_void(&self, claims: &OAuth2Claims) -> Result<bool, BoxError> {
        let issuer = claims.issuer();
        if let Some(token_id) = claims.token_id()
            && self.revocations.is_revoked(issuer, token_id)?
        {
            return Ok(true);
        }
        let Some(subject) = claims.subject() else { return Ok(false) };
        let Some(moment) = self.revocations.revoked_before(issuer, subject)? else { return Ok(false) };
        // Before 1970 there was no token, but for those that do not say when.
        let moment = UnixTime::of(moment).unwrap_or(UnixTime(0));
        // One that does not say when it was issued was before every moment.
        Ok(claims.dates().issued_from <= moment)
    }

    /// One error for many: it may be one for each request.
    fn log(&self, error: &BoxError) {
        let now = self.clock.instant();
        let mut last = self.last_error.lock().unwrap_or_else(PoisonError::into_inner);
        if last.is_none_or(|last| now.saturating_duration_since(last) >= QUIET) {
            *last = Some(now);
            tracing::error!(%error, "it cannot be told which tokens are revoked");
        } else {
            tracing::debug!(%error, "it cannot be told which tokens are revoked");
        }
    }
}

impl fmt::Debug for Revoking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Revoking").finish_non_exhaustive()
    }
}
