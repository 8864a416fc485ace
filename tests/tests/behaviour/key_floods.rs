//! Floods of key IDs that nobody has, beside requests that are none of that.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use oauth2_guard::testing::{SigningKey, TestClock};
use oauth2_guard::{Algorithm, ResourceServer};
use oauth2_guard_tests::hostile::{Behaviour, Hostile, Place};
use tokio::task::JoinSet;

use crate::waiting::{at_once, status};

const COOL_DOWN: Duration = Duration::from_secs(30);
const FRESH: Duration = Duration::from_secs(10 * 60);
const HOUR: Duration = Duration::from_secs(60 * 60);
const MILLISECOND: Duration = Duration::from_millis(1);

struct Flood {
    clock: TestClock,
    key: Arc<SigningKey>,
    hostile: Hostile,
    server: ResourceServer,
    sent: usize,
}

impl Flood {
    async fn new() -> Self {
        let clock = TestClock::new();
        let key = Arc::new(SigningKey::generate(Algorithm::ES256, "good"));
        let hostile = Hostile::publishing(&clock, &[Arc::clone(&key)]).await;
        let server = hostile.server().await;
        Self { clock, key, hostile, server, sent: 0 }
    }

    fn good(&self) -> String {
        self.hostile.token(&self.key).build()
    }

    /// Of a key that nobody named before. It is not signed, as nobody gets to look at that.
    fn bogus(&mut self) -> String {
        self.sent += 1;
        let header = format!(r#"{{"alg":"ES256","kid":"bogus-{}"}}"#, self.sent);
        let good = self.good();
        let (_, rest) = good.split_once('.').unwrap();
        format!("{}.{rest}", URL_SAFE_NO_PAD.encode(header))
    }

    /// So many milliseconds, each with an unknown key ID, and with a good token every now and then.
    async fn lasts(&mut self, milliseconds: usize, answer: u16) {
        for millisecond in 0..milliseconds {
            self.clock.advance(MILLISECOND);
            let bogus = self.bogus();
            assert_eq!(status(&self.server, &bogus).await, answer, "{millisecond}");
            if millisecond % 10 == 0 {
                assert_eq!(at_once(&self.server, &self.good()).await, 200, "{millisecond}");
            }
        }
    }
}

#[tokio::test]
async fn a_thousand_unknown_keys_a_second_cause_one_fetch_in_a_cool_down_and_disturb_nobody() {
    let mut flood = Flood::new().await;
    flood.clock.advance(COOL_DOWN);
    flood.lasts(10_000, 401).await;
    assert_eq!(flood.hostile.asked(Place::Keys), 2);
    for fetches in 3..=5 {
        flood.clock.advance(COOL_DOWN);
        flood.lasts(300, 401).await;
        assert_eq!(flood.hostile.asked(Place::Keys), fetches);
    }
}

#[tokio::test]
async fn the_same_while_the_authorization_server_is_down() {
    for behaviour in [Behaviour::Status(503), Behaviour::HangsUp, Behaviour::Html, Behaviour::Endless] {
        let mut flood = Flood::new().await;
        flood.hostile.does(behaviour, Place::Keys);
        // Fresh at first, then stale.
        flood.clock.advance(COOL_DOWN);
        flood.lasts(10_000, 503).await;
        assert_eq!(flood.hostile.asked(Place::Keys), 2, "{behaviour:?}");
        flood.clock.advance(FRESH);
        flood.lasts(1_000, 503).await;
        assert_eq!(flood.hostile.asked(Place::Keys), 3, "{behaviour:?}");

        flood.hostile.publishes(&[Arc::clone(&flood.key)]);
        flood.clock.advance(COOL_DOWN);
        flood.lasts(300, 401).await;
        assert_eq!(flood.hostile.asked(Place::Keys), 4, "{behaviour:?}");
    }
}

#[tokio::test]
async fn the_same_while_it_does_not_answer_at_all() {
    let mut flood = Flood::new().await;
    flood.hostile.does(Behaviour::Silent, Place::Keys);
    flood.clock.advance(FRESH);
    let mut waiting = JoinSet::new();
    for millisecond in 0..10_000 {
        flood.clock.advance(MILLISECOND);
        let (server, bogus) = (flood.server.clone(), flood.bogus());
        waiting.spawn(async move { status(&server, &bogus).await });
        if millisecond % 10 == 0 {
            tokio::task::yield_now().await;
            assert_eq!(at_once(&flood.server, &flood.good()).await, 200, "{millisecond}");
        }
    }
    flood.hostile.until_stuck(1).await;
    assert_eq!(at_once(&flood.server, &flood.good()).await, 200);
    tokio::time::pause();
    assert_eq!(waiting.join_all().await, [503; 10_000]);
    tokio::time::resume();
    assert_eq!(flood.hostile.asked(Place::Keys), 2);
    flood.lasts(1_000, 503).await;
    assert_eq!(flood.hostile.asked(Place::Keys), 2);
}

#[tokio::test]
async fn a_flood_while_keys_are_expired_does_not_keep_it_from_healing() {
    let mut flood = Flood::new().await;
    flood.hostile.does(Behaviour::Status(500), Place::Keys);
    flood.clock.advance(HOUR);
    for fetches in 2..=4 {
        for millisecond in 0..2_000 {
            flood.clock.advance(MILLISECOND);
            let bogus = flood.bogus();
            assert_eq!(status(&flood.server, &bogus).await, 503);
            if millisecond % 10 == 0 {
                assert_eq!(status(&flood.server, &flood.good()).await, 503);
            }
        }
        assert_eq!(flood.hostile.asked(Place::Keys), fetches);
        flood.clock.advance(COOL_DOWN - 2_000 * MILLISECOND);
    }
    flood.hostile.publishes(&[Arc::clone(&flood.key)]);
    flood.clock.advance(MILLISECOND);
    assert_eq!(status(&flood.server, &flood.good()).await, 200);
    flood.lasts(1_000, 401).await;
    assert_eq!(flood.hostile.asked(Place::Keys), 5);
}

#[tokio::test]
async fn a_flood_of_wrong_signatures_causes_one_fetch_in_a_cool_down_and_disturbs_nobody() {
    for behaviour in [None, Some(Behaviour::Status(503)), Some(Behaviour::HangsUp)] {
        let flood = Flood::new().await;
        if let Some(behaviour) = behaviour {
            flood.hostile.does(behaviour, Place::Keys);
        }
        for fetches in 2..=4 {
            flood.clock.advance(COOL_DOWN);
            for number in 0..500 {
                flood.clock.advance(MILLISECOND);
                let good = flood.hostile.token(&flood.key);
                let forged = good.signed_by(Arc::clone(flood.hostile.evil())).claim("number", number);
                assert_eq!(status(&flood.server, &forged.build()).await, 401, "{behaviour:?}");
                assert_eq!(at_once(&flood.server, &flood.good()).await, 200, "{behaviour:?}");
            }
            assert_eq!(flood.hostile.asked(Place::Keys), fetches, "{behaviour:?}");
        }
    }
}

#[tokio::test]
async fn a_flood_of_other_issuers_causes_no_fetch() {
    let flood = Flood::new().await;
    flood.clock.advance(COOL_DOWN);
    let evil = flood.hostile.evil();
    for number in 0..500 {
        flood.clock.advance(MILLISECOND);
        let other = flood.hostile.token(&flood.key).claim("iss", format!("https://{number}.evil.example"));
        let unknown = other.clone().header("kid", format!("bogus-{number}"));
        assert_eq!(at_once(&flood.server, &unknown.build()).await, 401);
        assert_eq!(at_once(&flood.server, &other.signed_by(Arc::clone(evil)).build()).await, 401);
        assert_eq!(at_once(&flood.server, &flood.good()).await, 200);
    }
    assert_eq!(flood.hostile.asked(Place::Keys), 1);
}
