//! How old a key set may become, and when to ask for a newer one: what is known and the time go in, what to do comes out.

use core::time::Duration;
use std::time::Instant;

/// How long keys are fresh where nobody says otherwise.
const FRESH: Duration = Duration::from_secs(10 * 60);

/// What an authorization server may say of it (`Cache-Control: max-age`).
const LEAST_MAX_AGE: Duration = Duration::from_secs(60);
const MOST_MAX_AGE: Duration = Duration::from_secs(60 * 60);

/// Without a refresh that succeeded, keys are used no longer than this.
const EXPIRED: Duration = Duration::from_secs(60 * 60);

/// But an outage of this length leaves them usable, however long they are fresh.
const OUTAGE: Duration = Duration::from_secs(30 * 60);

/// Between two attempts because of unknown key IDs, whatever became of the first; also the shortest back-off.
pub(super) const COOL_DOWN: Duration = Duration::from_secs(30);

/// The longest back-off after failures, and the longest that an authorization server may ask for (`Retry-After`).
const MOST_BACK_OFF: Duration = Duration::from_secs(5 * 60);

/// Once keys are this long stale and nobody asked for newer ones, it is not known what became of them.
const SILENCE: Duration = Duration::from_secs(60);

/// When keys are refreshed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Refresh {
    /// As their authorization server says, or after ten minutes.
    AsTold,
    /// After this long.
    After(Duration),
    /// For every request.
    Always,
    Never,
}

/// What is known of the age of a key set.
#[derive(Clone, Copy, Debug)]
pub(super) struct Freshness {
    refresh: Refresh,
    /// When the attempt began whose keys are in use; `None` while there are none.
    fetched: Option<Instant>,
    fresh_for: Duration,
    /// When the last attempt began.
    attempted: Option<Instant>,
    /// Those since the last one that succeeded.
    failures: u32,
    /// What the authorization server asked for when it failed.
    retry_after: Duration,
}

/// What is to be done before a key that is known is used.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Need {
    /// The keys may be used as they are.
    Nothing,
    /// They may be used, while newer ones are fetched.
    InBackground,
    /// They may be used, but newer ones are worth a short wait.
    Soon,
    /// Newer ones first.
    First,
    /// They are too old, and it is too early for another attempt.
    Unavailable { retry_after: Duration },
}

/// What is to be done about a key that is not known.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Search {
    /// It may have been added since.
    Attempt,
    /// It is unknown.
    Settled,
    /// The last attempt failed, and it is too early for another.
    Unavailable { retry_after: Duration },
}

impl Freshness {
    /// Before anything was fetched.
    pub(super) fn unfetched(refresh: Refresh) -> Self {
        Self {
            refresh,
            fetched: None,
            fresh_for: Duration::ZERO,
            attempted: None,
            failures: 0,
            retry_after: Duration::ZERO,
        }
    }

    /// Of keys whose first fetch, begun at `fetched`, succeeded.
    pub(super) fn new(refresh: Refresh, fetched: Instant, max_age: Option<Duration>, jitter: u8) -> Self {
        let mut this = Self::unfetched(refresh);
        this.attempted(fetched);
        this.succeeded(fetched, max_age, jitter);
        this
    }

    /// Until when nothing is to be done for a key that is known.
    pub(super) fn fresh_until(&self) -> Option<Instant> {
        match self.refresh {
            Refresh::Never => None,
            Refresh::Always => self.fetched,
            Refresh::AsTold | Refresh::After(_) => self.fetched?.checked_add(self.fresh_for),
        }
    }

    /// How long ago the attempt began whose keys are in use.
    pub(super) fn age(&self, now: Instant) -> Option<Duration> {
        self.fetched.map(|fetched| now.saturating_duration_since(fetched))
    }

    pub(super) fn need(&self, now: Instant) -> Need {
        let is_fresh = |age: Duration| match self.refresh {
            Refresh::Never => true,
            Refresh::Always => false,
            Refresh::AsTold | Refresh::After(_) => age < self.fresh_for,
        };
        let age = self.age(now);
        if age.is_some_and(is_fresh) {
            return Need::Nothing;
        }
        let is_expired = self.is_expired(now);
        if !self.back_off_left(now).is_zero() {
            let retry_after = self.retry_after(now);
            return if is_expired { Need::Unavailable { retry_after } } else { Need::Nothing };
        }
        if self.refresh == Refresh::Always || is_expired {
            return Need::First;
        }
        let is_silent = self.failures == 0 && age > Some(self.fresh_for.saturating_add(SILENCE));
        if is_silent { Need::Soon } else { Need::InBackground }
    }

    /// Whether there are no keys, or they are too old to be used.
    pub(super) fn is_expired(&self, now: Instant) -> bool {
        self.age(now).is_none_or(|age| self.refresh != Refresh::Never && age >= self.expires_after())
    }

    /// Whether no key may be used before an attempt that is under way has ended.
    pub(super) fn is_needed_first(&self, now: Instant) -> bool {
        self.refresh == Refresh::Always || self.is_expired(now)
    }

    /// Whether the last attempt began so long ago that it has ended, one way or the other.
    pub(super) fn is_cool(&self, now: Instant) -> bool {
        self.since_attempt(now) >= COOL_DOWN
    }

    /// When to come again for keys that are not expired.
    pub(super) fn retry_after(&self, now: Instant) -> Duration {
        self.back_off_left(now).max(Duration::from_secs(1))
    }

    pub(super) fn search(&self, now: Instant) -> Search {
        if self.refresh == Refresh::Never && self.fetched.is_some() {
            return Search::Settled;
        }
        let pause = COOL_DOWN.max(self.retry_after);
        let left = pause.saturating_sub(self.since_attempt(now));
        match (left.is_zero(), self.failures) {
            (true, _) => Search::Attempt,
            (false, 0) => Search::Settled,
            (false, _) => Search::Unavailable { retry_after: left },
        }
    }

    pub(super) fn attempted(&mut self, now: Instant) {
        self.attempted = Some(now);
        // Until it has succeeded nothing is known of it: whoever loses sight of it finds it failed.
        self.failures = self.failures.saturating_add(1);
        self.retry_after = Duration::ZERO;
    }

    /// The attempt that began at `began` brought keys. Of two, that which began later counts, so that this may be an older one
    /// than the last.
    pub(super) fn succeeded(&mut self, began: Instant, max_age: Option<Duration>, jitter: u8) {
        self.fetched = Some(began);
        self.fresh_for = fresh_for(self.refresh, max_age, jitter);
        if Some(began) >= self.attempted {
            self.failures = 0;
            self.retry_after = Duration::ZERO;
        }
    }

    /// The last attempt failed.
    pub(super) fn failed(&mut self, retry_after: Option<Duration>) {
        self.retry_after = retry_after.unwrap_or_default().min(MOST_BACK_OFF);
    }

    fn expires_after(&self) -> Duration {
        EXPIRED.max(self.fresh_for.saturating_add(OUTAGE))
    }

    /// How long until keys that are known are asked for again: after failures longer and longer.
    fn back_off_left(&self, now: Instant) -> Duration {
        if self.failures == 0 {
            return Duration::ZERO;
        }
        let doublings = self.failures.saturating_sub(1).min(4);
        // Who has no keys left asks more often.
        let most = if self.is_expired(now) { COOL_DOWN } else { MOST_BACK_OFF };
        let back_off = COOL_DOWN.saturating_mul(1 << doublings).min(most).max(self.retry_after);
        back_off.saturating_sub(self.since_attempt(now))
    }

    fn since_attempt(&self, now: Instant) -> Duration {
        self.attempted.map_or(Duration::MAX, |attempted| now.saturating_duration_since(attempted))
    }
}

/// Up to a tenth less than what is asked for, so that many servers that started together do not ask together for ever.
fn fresh_for(refresh: Refresh, max_age: Option<Duration>, jitter: u8) -> Duration {
    let told = match refresh {
        Refresh::AsTold => max_age.map_or(FRESH, |max_age| max_age.clamp(LEAST_MAX_AGE, MOST_MAX_AGE)),
        Refresh::After(duration) => duration,
        Refresh::Always => Duration::ZERO,
        Refresh::Never => Duration::MAX,
    };
    let less = told.checked_div(10).unwrap_or_default().saturating_mul(u32::from(jitter)).checked_div(255);
    told.saturating_sub(less.unwrap_or_default())
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::clock::{Clock, SystemClock};

    const MINUTE: Duration = Duration::from_secs(60);

    fn minutes(count: u64) -> Duration {
        Duration::from_secs(60 * count)
    }

    fn start() -> Instant {
        SystemClock.instant()
    }

    #[test]
    fn keys_are_fresh_then_stale_then_expired() {
        let at = start();
        let keys = Freshness::new(Refresh::AsTold, at, None, 0);
        for (age, need) in [
            (Duration::ZERO, Need::Nothing),
            (FRESH - Duration::from_secs(1), Need::Nothing),
            (FRESH, Need::InBackground),
            (FRESH + SILENCE, Need::InBackground),
            // Nobody asked for a while.
            (FRESH + SILENCE + Duration::from_secs(1), Need::Soon),
            (EXPIRED - Duration::from_secs(1), Need::Soon),
            (EXPIRED, Need::First),
            (minutes(60 * 24 * 365), Need::First),
        ] {
            assert_eq!(keys.need(at + age), need, "{age:?}");
            assert_eq!(keys.is_expired(at + age), need == Need::First, "{age:?}");
            let is_fresh = keys.fresh_until().is_some_and(|until| at + age < until);
            assert_eq!(is_fresh, need == Need::Nothing, "{age:?}");
        }
    }

    #[test]
    fn an_authorization_server_says_how_long_within_bounds() {
        for (told, fresh) in [
            (None, minutes(10)),
            (Some(Duration::ZERO), minutes(1)),
            (Some(minutes(5)), minutes(5)),
            (Some(minutes(60 * 24)), minutes(60)),
        ] {
            assert_eq!(fresh_for(Refresh::AsTold, told, 0), fresh, "{told:?}");
            // Who set it is not overruled.
            assert_eq!(fresh_for(Refresh::After(minutes(3)), told, 0), minutes(3), "{told:?}");
        }
        for jitter in 0..=u8::MAX {
            let fresh = fresh_for(Refresh::AsTold, None, jitter);
            assert!(fresh >= minutes(9) && fresh <= minutes(10), "{jitter}");
        }
        assert_eq!(fresh_for(Refresh::AsTold, None, u8::MAX), minutes(9));
    }

    #[test]
    fn after_failures_it_asks_less_and_less_often() {
        let at = start();
        let mut keys = Freshness::new(Refresh::AsTold, at, None, 0);
        let mut now = at + FRESH;
        for seconds in [30, 60, 120, 240, 300, 300] {
            assert_eq!(keys.need(now), Need::InBackground, "{seconds}");
            keys.attempted(now);
            keys.failed(None);
            assert_eq!(keys.need(now + Duration::from_secs(seconds - 1)), Need::Nothing, "{seconds}");
            now += Duration::from_secs(seconds);
        }
        keys.attempted(now);
        keys.succeeded(now, None, 0);
        assert_eq!(keys.need(now + FRESH - MINUTE), Need::Nothing);
        assert_eq!(keys.need(now + FRESH), Need::InBackground);
    }

    #[test]
    fn an_authorization_server_that_asks_for_rest_gets_it_within_bounds() {
        for (asked, granted) in [(Some(90), 90), (Some(5), 30), (None, 30), (Some(86_400), 300)] {
            let at = start();
            let mut keys = Freshness::new(Refresh::AsTold, at, None, 0);
            let now = at + FRESH;
            keys.attempted(now);
            keys.failed(asked.map(Duration::from_secs));
            let (before, after) =
                (now + Duration::from_secs(granted - 1), now + Duration::from_secs(granted));
            assert_eq!(keys.need(before), Need::Nothing, "{asked:?}");
            assert_eq!(keys.need(after), Need::InBackground, "{asked:?}");
            assert_eq!(keys.search(before), Search::Unavailable { retry_after: Duration::from_secs(1) });
            assert_eq!(keys.search(after), Search::Attempt, "{asked:?}");
        }
    }

    #[test]
    fn who_has_no_keys_left_asks_twice_a_minute() {
        let at = start();
        let mut keys = Freshness::new(Refresh::AsTold, at, None, 0);
        let mut now = at + EXPIRED;
        for _ in 0..20 {
            assert_eq!(keys.need(now), Need::First);
            keys.attempted(now);
            keys.failed(None);
            let retry_after = COOL_DOWN - Duration::from_secs(1);
            assert_eq!(keys.need(now + Duration::from_secs(1)), Need::Unavailable { retry_after });
            now += COOL_DOWN;
        }
        keys.attempted(now);
        keys.succeeded(now, None, 0);
        assert_eq!(keys.need(now), Need::Nothing);
    }

    #[test]
    fn the_cool_down_of_unknown_keys_counts_from_any_attempt() {
        let at = start();
        let mut keys = Freshness::new(Refresh::AsTold, at, None, 0);
        let almost = COOL_DOWN - Duration::from_secs(1);
        assert_eq!(keys.search(at + almost), Search::Settled);
        assert_eq!(keys.search(at + COOL_DOWN), Search::Attempt);
        let now = at + COOL_DOWN;
        keys.attempted(now);
        keys.failed(None);
        assert_eq!(keys.search(now + almost), Search::Unavailable { retry_after: Duration::from_secs(1) });
        assert_eq!(keys.search(now + COOL_DOWN), Search::Attempt);
        // Keys that are known are not concerned.
        assert_eq!(keys.need(now + almost), Need::Nothing);
    }

    #[test]
    fn an_older_answer_does_not_undo_a_newer_failure() {
        let at = start();
        let mut keys = Freshness::new(Refresh::AsTold, at, None, 0);
        let (first, second) = (at + FRESH, at + FRESH + COOL_DOWN);
        keys.attempted(first);
        keys.attempted(second);
        keys.failed(None);
        keys.succeeded(first, None, 0);
        assert_eq!(keys.search(second), Search::Unavailable { retry_after: COOL_DOWN });
        assert_eq!(keys.fresh_until(), Some(first + FRESH));
    }

    #[test]
    fn always_and_never_are_what_they_say() {
        let at = start();
        let mut always = Freshness::new(Refresh::Always, at, None, 9);
        assert_eq!(always.need(at), Need::First);
        assert!(always.is_needed_first(at) && always.fresh_until() == Some(at));
        always.attempted(at);
        always.failed(None);
        // Known keys outlast an outage here too.
        assert_eq!(always.need(at + MINUTE / 4), Need::Nothing);
        let never = Freshness::new(Refresh::Never, at, None, 9);
        let late = at + minutes(60 * 24 * 365);
        assert_eq!((never.need(late), never.search(late)), (Need::Nothing, Search::Settled));
        assert!(never.fresh_until().is_none() && !never.is_expired(late));
    }

    #[test]
    fn without_any_keys_they_come_first_whatever_the_settings() {
        let at = start();
        for refresh in [Refresh::AsTold, Refresh::After(MINUTE), Refresh::Always, Refresh::Never] {
            let mut keys = Freshness::unfetched(refresh);
            assert_eq!((keys.need(at), keys.search(at)), (Need::First, Search::Attempt), "{refresh:?}");
            assert!(keys.is_expired(at) && keys.age(at).is_none());
            keys.attempted(at);
            keys.failed(None);
            let left = Need::Unavailable { retry_after: COOL_DOWN };
            assert_eq!(keys.need(at), left, "{refresh:?}");
            assert_eq!(keys.need(at + COOL_DOWN), Need::First, "{refresh:?}");
            keys.attempted(at + COOL_DOWN);
            keys.succeeded(at + COOL_DOWN, None, 0);
            assert!(!keys.is_expired(at + COOL_DOWN), "{refresh:?}");
        }
    }

    /// A request a second, an authorization server that goes away for a while: whatever the settings.
    #[test]
    fn an_outage_of_half_an_hour_is_invisible_and_a_longer_one_heals() {
        for refresh in [Refresh::AsTold, Refresh::After(MINUTE), Refresh::After(minutes(120))] {
            for told in [None, Some(minutes(60))] {
                for begins in (0..130).step_by(9) {
                    for lasts in [30, 100] {
                        outage(refresh, told, minutes(begins), minutes(lasts));
                    }
                }
            }
        }
    }

    fn outage(refresh: Refresh, told: Option<Duration>, begins: Duration, lasts: Duration) {
        let at = start();
        let mut keys = Freshness::new(refresh, at, told, 200);
        let (mut attempts, mut last_attempt) = (0, None);
        for second in 0..5 * 60 * 60 {
            let age = Duration::from_secs(second);
            let (now, is_out) = (at + age, age >= begins && age < begins + lasts);
            let mut need = keys.need(now);
            if matches!(need, Need::InBackground | Need::Soon | Need::First) {
                assert!(last_attempt.is_none_or(|last| now.duration_since(last) >= COOL_DOWN));
                (attempts, last_attempt) = (attempts + 1, Some(now));
                keys.attempted(now);
                if is_out {
                    keys.failed(None);
                } else {
                    keys.succeeded(now, told, 200);
                }
                need = if need == Need::First { keys.need(now) } else { Need::Nothing };
            }
            let is_served = need == Need::Nothing;
            if lasts <= minutes(30) {
                assert!(is_served, "{refresh:?} {told:?} {begins:?} {lasts:?} {age:?}");
            }
            // It is over for the API once the longest back-off is.
            if !is_out && (age < begins || age >= begins + lasts + MOST_BACK_OFF) {
                assert!(is_served, "{refresh:?} {told:?} {begins:?} {lasts:?} {age:?}");
            }
        }
        assert!(attempts <= 5 * 60 * 2, "{attempts}");
    }
}
