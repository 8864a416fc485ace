//! Keys that change while many requests are under way, over HTTP.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use oauth2_guard::testing::{SigningKey, TestClock};
use oauth2_guard::{Algorithm, requires};
use oauth2_guard_tests::Api;
use oauth2_guard_tests::hostile::{Hostile, Place};
use tokio::task::JoinSet;

const COOL_DOWN: u64 = 30;
const FRESH: u64 = 10 * 60;

/// With each of these keys, in each second.
const AT_ONCE: usize = 8;

#[requires]
async fn handler() {}

struct Scene {
    clock: TestClock,
    hostile: Hostile,
    api: Api,
    second: u64,
}

impl Scene {
    async fn publishing(keys: &[Arc<SigningKey>]) -> Self {
        let clock = TestClock::new();
        let hostile = Hostile::publishing(&clock, keys).await;
        let app = Router::new().route("/", get(handler)).layer(hostile.server().await.layer());
        Self { clock, hostile, api: Api::serve(app).await, second: 0 }
    }

    /// After so many seconds, the statuses of many requests with tokens of each of these keys, all of them at once. While they are under
    /// way, `these` are published instead.
    async fn after(
        &mut self,
        seconds: u64,
        keys: [&Arc<SigningKey>; 2],
        these: Option<&[Arc<SigningKey>]>,
    ) -> [Vec<u16>; 2] {
        self.clock.advance(Duration::from_secs(seconds));
        self.second += seconds;
        let mut requests = JoinSet::new();
        for number in 0..2 * AT_ONCE {
            let (api, token) = (self.api.clone(), self.hostile.token(keys[number % 2]).build());
            requests.spawn(async move { (number % 2, api.get(token).await.status) });
            if let Some(keys) = these.filter(|_| number == AT_ONCE) {
                self.hostile.publishes(keys);
            }
        }
        let mut statuses = [Vec::new(), Vec::new()];
        for (key, status) in requests.join_all().await {
            statuses[key].push(status);
        }
        let fetches = self.hostile.asked(Place::Keys) as u64;
        assert!(fetches <= 1 + self.second / COOL_DOWN, "{fetches} in {} s", self.second);
        statuses
    }
}

fn key(id: &str) -> Arc<SigningKey> {
    Arc::new(SigningKey::generate(Algorithm::ES256, id))
}

fn are(statuses: &[u16], status: u16) -> bool {
    statuses.iter().all(|one| *one == status)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_token_of_a_published_key_is_refused_beyond_a_cool_down_and_none_of_a_removed_one_served_after_a_fetch()
 {
    let [old, new] = [key("old"), key("new")];
    let mut scene = Scene::publishing(&[Arc::clone(&old)]).await;
    let (published, removed) = (40, 100);
    let (both, only_new) = ([Arc::clone(&old), Arc::clone(&new)], [Arc::clone(&new)]);
    let (mut before_removal, mut is_known, mut is_removed) = (0, false, false);
    while scene.second < removed + FRESH + 3 * COOL_DOWN {
        let these: Option<&[Arc<SigningKey>]> = match scene.second + 1 {
            second if second == published => Some(&both),
            second if second == removed => Some(&only_new),
            _ => None,
        };
        if scene.second + 1 == removed {
            before_removal = scene.hostile.asked(Place::Keys);
        }
        // Then nothing happens for a while.
        let seconds = if scene.second > removed { COOL_DOWN } else { 1 };
        let [of_old, of_new] = scene.after(seconds, [&old, &new], these).await;
        let (second, fetches) = (scene.second, scene.hostile.asked(Place::Keys));
        match second {
            _ if second < published => assert!(are(&of_new, 401), "{second}: {of_new:?}"),
            _ if second > published + COOL_DOWN => assert!(are(&of_new, 200), "{second}: {of_new:?}"),
            _ if is_known => assert!(are(&of_new, 200), "{second}: {of_new:?}"),
            _ => assert!(of_new.iter().all(|status| [200, 401].contains(status)), "{second}: {of_new:?}"),
        }
        is_known = are(&of_new, 200);
        if second < removed || fetches == before_removal {
            assert!(are(&of_old, 200), "{second}: {of_old:?}");
        } else if is_removed || second > removed + FRESH + COOL_DOWN {
            assert!(are(&of_old, 401), "{second}: {of_old:?}");
            is_removed = true;
        } else {
            // The fetch began in this second, or in the one in which the key was removed: some came before its end.
            assert!(of_old.iter().all(|status| [200, 401].contains(status)), "{second}: {of_old:?}");
            is_removed = are(&of_old, 401);
        }
    }
    assert!(is_removed, "nobody asked for the keys after the removal");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_is_replaced_under_its_id_changes_over_within_a_cool_down_and_never_back() {
    let [old, new] = [key("same"), key("same")];
    let mut scene = Scene::publishing(&[Arc::clone(&old)]).await;
    let (replaced, only_new) = (40, [Arc::clone(&new)]);
    let mut is_replaced = false;
    while scene.second < replaced + 3 * COOL_DOWN {
        let these = (scene.second + 1 == replaced).then_some(&only_new[..]);
        let [of_old, of_new] = scene.after(1, [&old, &new], these).await;
        let second = scene.second;
        if second < replaced {
            assert!(are(&of_old, 200) && are(&of_new, 401), "{second}: {of_old:?} {of_new:?}");
        } else if is_replaced || second > replaced + COOL_DOWN {
            assert!(are(&of_old, 401) && are(&of_new, 200), "{second}: {of_old:?} {of_new:?}");
        }
        is_replaced = second >= replaced && are(&of_new, 200);
    }
    assert!(is_replaced);
}
