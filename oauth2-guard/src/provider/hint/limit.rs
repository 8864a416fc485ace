use core::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use super::Hint;
use crate::clock::UnixTime;

/// Which hints were given, and how many refused tokens were looked at lately: each hint is in the log once, and a flood of bad tokens
/// costs next to nothing more.
#[derive(Debug, Default)]
pub(crate) struct Hints {
    given: AtomicU32,
    looks: Mutex<Looks>,
}

#[derive(Debug, Default)]
struct Looks {
    minute: u64,
    count: u32,
}

/// In a minute.
const MOST_LOOKS: u32 = 20;

impl Hints {
    /// Whether another refused token is worth a look.
    pub(crate) fn may_look(&self, UnixTime(now): UnixTime) -> bool {
        let minute = now.checked_div(60).unwrap_or_default();
        let mut looks = self.looks.lock().unwrap_or_else(PoisonError::into_inner);
        if looks.minute != minute {
            *looks = Looks { minute, count: 0 };
        }
        looks.count = looks.count.saturating_add(1);
        looks.count <= MOST_LOOKS
    }

    /// Tells it, unless that was done; with the provider's name, where it is known which is meant.
    pub(crate) fn give(&self, hint: Hint, provider: Option<&str>) {
        let bit = 1u32.checked_shl(hint as u32).unwrap_or_default();
        if self.given.fetch_or(bit, Ordering::Relaxed) & bit == 0 {
            tracing::warn!(target: "oauth2_guard::hint", provider, "{}", hint.remedy());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Hints, UnixTime};

    #[test]
    fn a_flood_is_looked_at_twenty_times_a_minute() {
        let hints = Hints::default();
        let looks = |second| (0..1_000).filter(|_| hints.may_look(UnixTime(second))).count();
        assert_eq!([looks(60), looks(61), looks(119)], [20, 0, 0]);
        assert_eq!([looks(120), looks(179)], [20, 0]);
        // Whichever way the clock is set.
        assert_eq!(looks(60), 20);
    }
}
