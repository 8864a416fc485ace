use core::fmt;
use core::pin::Pin;
use core::time::Duration;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Instant, SystemTime};

use tokio::sync::Notify;

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
pub struct TestClock(Arc<Shared>);

struct Shared {
    hands: Mutex<Hands>,
    moved: Notify,
}

#[derive(Clone, Copy)]
struct Hands {
    now: SystemTime,
    instant: Instant,
}

impl TestClock {
    /// A clock that shows the present.
    #[must_use]
    pub fn new() -> Self {
        let hands = Hands { now: SystemClock.now(), instant: SystemClock.instant() };
        Self(Arc::new(Shared { hands: Mutex::new(hands), moved: Notify::new() }))
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
        drop(hands);
        self.0.moved.notify_waiters();
    }

    /// Sets the wall clock, forward or back. The monotonic clock stays as it is.
    pub fn set(&self, now: SystemTime) {
        self.hands().now = now;
        self.0.moved.notify_waiters();
    }

    fn hands(&self) -> MutexGuard<'_, Hands> {
        self.0.hands.lock().unwrap_or_else(PoisonError::into_inner)
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

    /// Until this clock was moved that far, or set: that of the runtime has no part in it.
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let clock = self.clone();
        let begun = *clock.hands();
        Box::pin(async move {
            loop {
                let moved = clock.0.moved.notified();
                let Hands { now, instant } = *clock.hands();
                let was_set =
                    now.duration_since(begun.now).ok() != instant.checked_duration_since(begun.instant);
                if was_set || instant.saturating_duration_since(begun.instant) >= duration {
                    return;
                }
                moved.await;
            }
        })
    }
}

impl fmt::Debug for TestClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TestClock").field(&self.hands().now).finish()
    }
}
