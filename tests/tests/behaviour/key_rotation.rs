//! Keys that come and go under load.

use std::sync::Arc;
use std::time::Duration;

use oauth2_guard::testing::{SigningKey, TestClock};
use oauth2_guard::{Algorithm, KeyState, ResourceServer};
use oauth2_guard_tests::hostile::{Hostile, Place};

use crate::waiting::status;

const COOL_DOWN: u64 = 30;
const FRESH: u64 = 10 * 60;

/// A key, and when it was published and withdrawn, in seconds from the start.
struct Published {
    key: Arc<SigningKey>,
    from: u64,
    /// And how many fetches had begun by then.
    until: Option<(u64, usize)>,
}

/// What is published is changed at these times: how many keys are new, and how many of the oldest leave.
const CHANGES: [(u64, usize, usize); 7] = [
    (100, 1, 0),
    // An overlap of ten minutes, and one of none.
    (700, 0, 1),
    (1000, 1, 1),
    (1010, 1, 0),
    (1500, 2, 0),
    (2000, 0, 3),
    (3000, 1, 1),
];

#[tokio::test]
async fn published_keys_are_refused_for_no_longer_than_a_cool_down_and_withdrawn_ones_from_the_next_fetch_on()
{
    let clock = TestClock::new();
    let key = |number: usize| Arc::new(SigningKey::generate(Algorithm::ES256, format!("key-{number}")));
    let mut keys = vec![Published { key: key(0), from: 0, until: None }];
    let hostile = Hostile::publishing(&clock, &[Arc::clone(&keys[0].key)]).await;
    let server = hostile.server().await;
    for second in 1..=3600 {
        clock.advance(Duration::from_secs(1));
        for (_, added, removed) in CHANGES.into_iter().filter(|(at, ..)| *at == second) {
            let fetches = hostile.asked(Place::Keys);
            for withdrawn in keys.iter_mut().filter(|key| key.until.is_none()).take(removed) {
                withdrawn.until = Some((second, fetches));
            }
            for _ in 0..added {
                keys.push(Published { key: key(keys.len()), from: second, until: None });
            }
            let published = keys.iter().filter(|key| key.until.is_none());
            hostile.publishes(&published.map(|key| Arc::clone(&key.key)).collect::<Vec<_>>());
        }
        for key in &keys {
            let status = status(&server, &hostile.token(&key.key).build()).await;
            let fetches = hostile.asked(Place::Keys);
            let age = second - key.from;
            let what = format!("{} in second {second}", key.key.id());
            match key.until {
                None if age > COOL_DOWN => assert_eq!(status, 200, "{what}"),
                None => assert!(status == 200 || status == 401, "{what}: {status}"),
                Some((at, _)) if second >= at + FRESH => assert_eq!(status, 401, "{what}"),
                // One that was under way when it was asked has ended.
                Some((_, before)) if fetches > before => assert_eq!(status, 401, "{what}"),
                Some(_) => assert_eq!(status, 200, "{what}"),
            }
        }
        fetched(&server).await;
    }
    // Withdrawn keys are asked for on and on.
    assert!((7..=3600 / COOL_DOWN as usize + 1).contains(&hostile.asked(Place::Keys)));
}

/// Until what was begun in the background has ended.
async fn fetched(server: &ResourceServer) {
    while server.readiness().providers()[0].keys() != KeyState::Fresh {
        tokio::task::yield_now().await;
    }
}
