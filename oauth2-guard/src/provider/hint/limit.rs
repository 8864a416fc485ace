use core::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use super::Hint;
use crate::clock::UnixTime;

/// Which hints were given, and how many refused tokens were looked at lately: each hint is in the log once, and a flood of bad tokens
/// costs next to nothing more.
#[derive(Debug, Default)]
pub(crate) struct Hints {
    given: AtomicU32,
    /// The minute, and how many in it.
    looks: AtomicU64,
}

/// In a minute.
const MOST_LOOKS: u64 = 20;

/// So many numbers of looks, each in its minute.
const LOOKS: u64 = 1 << 8;

impl Hints {
    /// Whether another refused token is worth a look. Once there were enough of them it writes nothing, so that nobody waits for anybody.
    pub(crate) fn may_look(&self, UnixTime(now): UnixTime) -> bool {
        let minute = now.checked_div(60).unwrap_or_default().wrapping_mul(LOOKS);
        let another = |looks: u64| {
            let is_this_minute = looks & !(LOOKS - 1) == minute;
            let before = if is_this_minute { looks } else { minute };
            (before & (LOOKS - 1) < MOST_LOOKS).then(|| before.saturating_add(1))
        };
        self.looks.fetch_update(Ordering::Relaxed, Ordering::Relaxed, another).is_ok()
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
