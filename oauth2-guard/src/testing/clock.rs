use core::fmt;
use core::time::Duration;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Instant, SystemTime};

use crate::clock::{Clock, SystemClock};

/// A clock that stands still until it is told to move. Its clones are the same clock.
///
/// ```
/// use std::time::Duration;
/// use oauth2_guard::{Clock, testing::TestClock};
///
/// let clock = TestClock::new();
/// let before = clock.now();
/// clock.advance(Duration::from_secs(60));
/// assert_eq!(clock.now(), before + Duration::from_secs(60));
/// ```
#[derive(Clone)]
pub struct TestClock(Arc<Mutex<Hands>>);

#[derive(Clone, Copy)]
struct Hands {
    now: SystemTime,
    instant: Instant,
}

impl TestClock {
    /// A clock that shows the present.
    #[must_use]
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new(Hands { now: SystemClock.now(), instant: SystemClock.instant() })))
    }

    /// Lets time pass.
    ///
    /// # Panics
    ///
    /// When that leads beyond what a clock can show.
    pub fn advance(&self, by: Duration) {
        let mut hands = self.hands();
        hands.now = hands.now.checked_add(by).expect("a time that can be shown");
        hands.instant = hands.instant.checked_add(by).expect("a time that can be shown");
    }

    /// Sets the wall clock, forward or back. The monotonic clock stays as it is.
    pub fn set(&self, now: SystemTime) {
        self.hands().now = now;
    }

    fn hands(&self) -> MutexGuard<'_, Hands> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for TestClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for TestClock {
    fn now(&self) -> SystemTime {
        self.hands().now
    }

    fn instant(&self) -> Instant {
        self.hands().instant
    }
}

impl fmt::Debug for TestClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TestClock").field(&self.hands().now).finish()
    }
}
