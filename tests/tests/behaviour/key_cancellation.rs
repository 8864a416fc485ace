//! Requests that wait for keys and give up, at every point where they can.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::routing::get;
use oauth2_guard::testing::{SigningKey, TestClock};
use oauth2_guard::{Algorithm, Provider, ResourceServer, ResourceServerBuilder};
use oauth2_guard_tests::hostile::{Behaviour, Hostile, Place};
use tokio::runtime::{Builder, Runtime};
use tower::ServiceExt;

use crate::waiting::{at_once, polled, status};

const COOL_DOWN: Duration = Duration::from_secs(30);
const FRESH: Duration = Duration::from_secs(10 * 60);
const SILENCE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);

/// More than anything here is polled before it ends.
const ENOUGH: usize = 100;

struct Scene {
    clock: TestClock,
    old: Arc<SigningKey>,
    new: Arc<SigningKey>,
    hostile: Hostile,
}

impl Scene {
    async fn new() -> Self {
        let clock = TestClock::new();
        let [old, new] = ["old", "new"].map(|id| Arc::new(SigningKey::generate(Algorithm::ES256, id)));
        let hostile = Hostile::publishing(&clock, &[Arc::clone(&old)]).await;
        Self { clock, old, new, hostile }
    }

    fn builder(&self, settings: fn(Provider) -> Provider) -> ResourceServerBuilder {
        ResourceServer::builder().clock(self.clock.clone()).provider(settings(self.hostile.provider()))
    }

    fn token(&self, key: &Arc<SigningKey>) -> String {
        self.hostile.token(key).build()
    }

    fn publishes_both(&self) {
        self.hostile.publishes(&[Arc::clone(&self.old), Arc::clone(&self.new)]);
    }

    /// The store serves whoever comes next.
    async fn is_usable(&self, server: &ResourceServer) {
        for key in [&self.new, &self.old] {
            assert_eq!(status(server, &self.token(key)).await, 200, "{key:?}");
        }
        assert_eq!(status(server, &self.token(self.hostile.evil())).await, 401);
        let forged = self.hostile.token(&self.old).signed_by(Arc::clone(self.hostile.evil()));
        assert_eq!(status(server, &forged.build()).await, 401);
    }
}

/// Why a request waits.
struct Wait {
    settings: fn(Provider) -> Provider,
    lazy: bool,
    age: Duration,
    /// Whether it is a key that is not known.
    unknown: bool,
}

const PLAIN: Wait = Wait { settings: |provider| provider, lazy: false, age: COOL_DOWN, unknown: true };

const WAITS: [Wait; 7] = [
    PLAIN,
    Wait { age: FRESH, ..PLAIN },
    Wait { age: Duration::from_secs(FRESH.as_secs() + SILENCE.as_secs()), unknown: false, ..PLAIN },
    Wait { age: HOUR, unknown: false, ..PLAIN },
    Wait { age: HOUR, ..PLAIN },
    Wait { lazy: true, age: Duration::ZERO, ..PLAIN },
    Wait { settings: Provider::key_refresh_always, unknown: false, ..PLAIN },
];

#[tokio::test]
async fn whoever_gives_up_after_any_number_of_polls_leaves_the_keys_usable() {
    for (index, wait) in WAITS.iter().enumerate() {
        for polls in 0..=ENOUGH {
            let scene = Scene::new().await;
            let builder = scene.builder(wait.settings);
            let server = if wait.lazy { builder.lazy() } else { builder }.build().await.unwrap();
            scene.publishes_both();
            scene.clock.advance(wait.age);
            let token = scene.token(if wait.unknown { &scene.new } else { &scene.old });
            let ended = polled(status(&server, &token), polls).await;
            assert!(ended.is_none_or(|status| status == 200), "{index} {polls}: {ended:?}");
            assert!(polls != 1 || ended.is_none(), "{index}: it waits");
            scene.is_usable(&server).await;
            if index != WAITS.len() - 1 {
                // The one that it began was for all.
                assert_eq!(
                    scene.hostile.asked(Place::Keys),
                    if wait.lazy { 1 } else { 2 },
                    "{index} {polls}"
                );
            }
            if ended.is_some() {
                break;
            }
            assert!(polls < ENOUGH, "{index}: it does not end");
        }
    }
}

#[tokio::test]
async fn nor_does_a_request_that_is_dropped_in_the_layer() {
    for polls in 0..=ENOUGH {
        let scene = Scene::new().await;
        let server = scene.builder(|provider| provider).build().await.unwrap();
        let app = Router::new().route("/", get(|| async {})).layer(server.layer());
        scene.publishes_both();
        scene.clock.advance(COOL_DOWN);
        let request =
            Request::get("/").header("authorization", format!("Bearer {}", scene.token(&scene.new)));
        let answer = polled(app.oneshot(request.body(Body::empty()).unwrap()), polls).await;
        assert!(polls != 1 || answer.is_none(), "it waits");
        scene.is_usable(&server).await;
        assert_eq!(scene.hostile.asked(Place::Keys), 2);
        if let Some(answer) = answer {
            assert_eq!(answer.unwrap().status(), 200);
            return;
        }
    }
    panic!("it does not end");
}

#[tokio::test]
async fn everybody_but_one_gives_up_and_the_one_is_served() {
    let scene = Scene::new().await;
    let server = scene.builder(|provider| provider).build().await.unwrap();
    scene.hostile.publishes_when_let_go(&[Arc::clone(&scene.old), Arc::clone(&scene.new)]);
    scene.clock.advance(COOL_DOWN);
    let token = scene.token(&scene.new);
    let mut waiting: Vec<_> = (0..100).map(|_| Box::pin(status(&server, &token))).collect();
    for request in &mut waiting {
        assert_eq!(polled(request.as_mut(), 1).await, None);
    }
    scene.hostile.until_stuck(1).await;
    let last = waiting.pop().unwrap();
    drop(waiting);
    scene.hostile.lets_go(1);
    assert_eq!(last.await, 200);
    assert_eq!(scene.hostile.asked(Place::Keys), 2);
}

#[tokio::test]
async fn a_build_that_is_given_up_can_be_begun_again() {
    for polls in 0..=ENOUGH {
        let scene = Scene::new().await;
        let built = polled(scene.builder(|provider| provider).build(), polls).await;
        let again = scene.builder(|provider| provider).build().await.unwrap();
        assert_eq!(at_once(&again, &scene.token(&scene.old)).await, 200);
        if let Some(built) = built {
            assert_eq!(at_once(&built.unwrap(), &scene.token(&scene.old)).await, 200);
            return;
        }
    }
    panic!("it does not end");
}

fn elsewhere() -> Runtime {
    Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
}

fn here() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

#[test]
fn a_fetch_whose_runtime_goes_down_at_any_point_is_made_up_for() {
    let elsewhere = elsewhere();
    // The network is looked at every now and then, and ends it sooner or later.
    for turns in (0..8).chain([61, 62, 122, 123, 183, 244, 500]) {
        let scene = elsewhere.block_on(Scene::new());
        let server = elsewhere.block_on(scene.builder(|provider| provider).build()).unwrap();
        scene.publishes_both();
        scene.clock.advance(COOL_DOWN);
        let [old, new] = [&scene.old, &scene.new].map(|key| scene.token(key));
        let doomed = here();
        doomed.block_on(async {
            assert_eq!(polled(status(&server, &new), 1).await, None);
            for _ in 0..turns {
                tokio::task::yield_now().await;
            }
        });
        drop(doomed);
        // Whoever comes does not wait for what is no more.
        here().block_on(async {
            assert_eq!(at_once(&server, &old).await, 200, "{turns}");
            let status = at_once(&server, &new).await;
            assert!(status == 200 || status == 503, "{turns}: {status}");
        });
        scene.clock.advance(COOL_DOWN);
        elsewhere.block_on(scene.is_usable(&server));
    }
}

#[test]
fn whoever_comes_without_a_runtime_does_not_wait() {
    let elsewhere = elsewhere();
    let scene = elsewhere.block_on(Scene::new());
    let server = elsewhere.block_on(scene.builder(|provider| provider).build()).unwrap();
    let now = |token: &str| {
        let mut verified = pin!(status(&server, token));
        match verified.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(status) => status,
            Poll::Pending => panic!("it waits"),
        }
    };
    let [old, new] = [&scene.old, &scene.new].map(|key| scene.token(key));
    scene.clock.advance(COOL_DOWN);
    // Nobody can begin a fetch here.
    assert_eq!((now(&old), now(&new)), (200, 503));
    // Nor wait for one that somebody else began.
    scene.hostile.does(Behaviour::Silent, Place::Keys);
    elsewhere.block_on(async {
        assert_eq!(polled(status(&server, &new), 1).await, None);
        scene.hostile.until_stuck(1).await;
    });
    assert_eq!((now(&old), now(&new)), (200, 503));
    scene.publishes_both();
    scene.clock.advance(COOL_DOWN);
    elsewhere.block_on(scene.is_usable(&server));
}
