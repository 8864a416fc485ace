//! The one source of time, injected.

use core::fmt;
use core::pin::Pin;
use core::time::Duration;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Where the time comes from.
///
/// [`SystemClock`] by default. `testing::TestClock` (feature `testing`) stands still until it is told to move.
///
/// ```
/// use std::time::{Duration, Instant, SystemTime};
/// use oauth2_guard::Clock;
///
/// /// A clock that is known to be slow.
/// #[derive(Debug)]
/// struct Corrected;
///
/// impl Clock for Corrected {
///     fn now(&self) -> SystemTime {
///         SystemTime::now() + Duration::from_secs(2)
///     }
///
///     fn instant(&self) -> Instant {
///         Instant::now()
///     }
/// }
/// # let _ = oauth2_guard::ResourceServer::builder().clock(Corrected);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a clock",
    label = "not a clock",
    note = "write `impl Clock for {Self}`, or take `SystemClock` or, in tests, `TestClock`"
)]
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// The wall clock, against which the dates of a token are held.
    fn now(&self) -> SystemTime;

    /// A clock that never goes back, by which waiting times are measured.
    fn instant(&self) -> Instant;

    /// Waits for that long, or until the clock was set: whoever waits looks at it again. Needs a Tokio runtime, with its timer, as it is.
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(async move { tokio::time::sleep(duration).await })
    }
}

/// The clock of the operating system.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct SystemClock;

#[expect(clippy::disallowed_methods, reason = "the one place that asks the operating system")]
impl Clock for SystemClock {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn instant(&self) -> Instant {
        Instant::now()
    }
}

/// A clock that shows this many seconds since 1970, and never another time.
#[cfg(test)]
#[derive(Debug)]
pub(crate) struct StoppedClock(pub(crate) u64);

#[cfg(test)]
impl Clock for StoppedClock {
    fn now(&self) -> SystemTime {
        UnixTime(self.0).to_system_time()
    }

    fn instant(&self) -> Instant {
        SystemClock.instant()
    }
}

/// Whole seconds since 1970-01-01T00:00:00Z, as the NumericDate of a token (RFC 7519 §2).
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct UnixTime(pub(crate) u64);

impl UnixTime {
    /// `None` while the clock stands before 1970: no date can be held against it.
    pub(crate) fn of(time: SystemTime) -> Option<Self> {
        time.duration_since(UNIX_EPOCH).ok().map(|since| Self(since.as_secs()))
    }

    pub(crate) fn saturating_add(self, seconds: u64) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    pub(crate) fn to_system_time(self) -> SystemTime {
        UNIX_EPOCH.checked_add(Duration::from_secs(self.0)).unwrap_or(UNIX_EPOCH)
    }
}
