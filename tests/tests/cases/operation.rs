//! OPS: whatever is under way, wherever it runs, and whoever panics.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant, SystemTime};

use axum::body::Body;
use axum::http::Request;
use oauth2_guard::testing::{SigningKey, TestClock};
use oauth2_guard::{Algorithm, Clock, Provider, ResourceServer};
use oauth2_guard_tests::hostile::{Hostile, Place};
use tokio::runtime::Builder;
use tokio::task::JoinSet;
use tower::ServiceExt;

use crate::case::{Api, B400, N401, OK, R401, Sent, provider};
use crate::fetched::{COOL_DOWN, Fetched, lasting};
use crate::token::{ISSUER, Token, es256, key};

fn new_key() -> Arc<SigningKey> {
    key(Algorithm::ES256, "canary-new")
}

#[tokio::test]
async fn a441_other_requests_while_keys_are_being_fetched() {
    let fetched = Fetched::new().await;
    fetched.hostile.publishes_when_let_go(&[Arc::clone(&fetched.key), new_key()]);
    fetched.api.clock.advance(COOL_DOWN);
    let mut waiting = JoinSet::new();
    for instance in &fetched.api.instances {
        let (server, token) = (instance.server.clone(), lasting(&new_key()).build());
        waiting.spawn(async move { server.verify(&token).await.is_ok() });
    }
    fetched.hostile.until_stuck(2).await;
    let good = lasting(&fetched.key);
    let twice = format!("Bearer {}", good.build());
    fetched.api.send(good.clone()).is(OK).await;
    fetched.api.send(Sent::nothing()).is(N401).await;
    fetched.api.send(Sent::authorization([&twice, &twice])).is(B400("several_credentials")).await;
    fetched.api.send(good.clone().claim("aud", "canary-other")).is(R401("wrong_audience")).await;
    assert_eq!(waiting.len(), 2);
    fetched.hostile.lets_go(2);
    assert_eq!(waiting.join_all().await, [true; 2]);
    fetched.api.send(lasting(&new_key())).is(OK).await;
}

#[tokio::test]
async fn a442_a_request_that_is_given_up_at_any_point() {
    for polls in 0.. {
        let fetched = Fetched::new().await;
        fetched.hostile.publishes(&[Arc::clone(&fetched.key), new_key()]);
        fetched.api.clock.advance(COOL_DOWN);
        let bearer = format!("Bearer {}", lasting(&new_key()).build());
        let request = Request::get("/").header("authorization", bearer).body(Body::empty()).unwrap();
        let mut ended = false;
        {
            let mut answer = pin!(fetched.api.instances[0].app.clone().oneshot(request));
            for _ in 0..polls {
                ended = poll_fn(|context| Poll::Ready(answer.as_mut().poll(context).is_ready())).await;
                if ended {
                    break;
                }
                tokio::task::yield_now().await;
            }
        }
        fetched.api.send(lasting(&new_key())).is(OK).await;
        fetched.api.send(lasting(&fetched.key)).is(OK).await;
        // Each of the two servers once more than at the start.
        assert_eq!(fetched.hostile.asked(Place::Keys), 4, "{polls}");
        if ended {
            assert!(polls > 1, "it waits");
            return;
        }
        assert!(polls < 100_000, "it does not end");
    }
}

#[test]
fn a444_any_runtime_and_none() {
    let decide = async || {
        let api = Api::of(&es256()).await;
        api.send(Token::of(&es256())).is(OK).await;
        api.send(Token::of(&es256()).claim("aud", "canary-other")).is(R401("wrong_audience")).await;
        let fetched = Fetched::new().await;
        fetched.api.send(lasting(&fetched.key)).is(OK).await;
        fetched.api.clock.advance(COOL_DOWN);
        fetched.api.send(lasting(&es256()).header("kid", "canary-unknown")).is(R401("unknown_key")).await;
        fetched
    };
    Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(decide());
    let current = Builder::new_current_thread().enable_all().build().unwrap();
    let fetched = current.block_on(decide());
    drop(current);

    // Without one, what needs none is decided, and what does is answered.
    let now = |server: &ResourceServer, token: &str| {
        let verified = pin!(server.verify(token)).poll(&mut Context::from_waker(Waker::noop()));
        let Poll::Ready(verified) = verified else { panic!("it waits") };
        verified.map_or_else(|rejection| rejection.reason().as_str(), |_| "-")
    };
    fetched.api.clock.advance(COOL_DOWN);
    assert_eq!(now(fetched.api.server(), &lasting(&fetched.key).build()), "-");
    let unknown = lasting(&es256()).header("kid", "canary-unknown").build();
    assert_eq!(now(fetched.api.server(), &unknown), "keys_unavailable");
    let build = |provider: Provider| {
        let built = pin!(ResourceServer::builder().provider(provider).build());
        let Poll::Ready(built) = built.poll(&mut Context::from_waker(Waker::noop())) else {
            panic!("it waits")
        };
        built.map(drop).map_err(|error| error.to_string())
    };
    assert_eq!(build(provider(&[es256().jwk()])), Ok(()));
    assert!(build(Provider::discover(ISSUER).audience("api")).unwrap_err().contains("no Tokio runtime"));
}

/// Panics at the look at it that it is told of: one, the next.
#[derive(Debug)]
struct Faulty(TestClock, Arc<AtomicUsize>);

impl Clock for Faulty {
    fn now(&self) -> SystemTime {
        self.0.now()
    }

    fn instant(&self) -> Instant {
        let looks = self.1.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |looks| looks.checked_sub(1));
        assert_ne!(looks, Ok(1), "it is told to");
        self.0.instant()
    }
}

#[tokio::test]
async fn a446_a_panic_in_code_of_the_application_also_while_the_keys_are_locked() {
    let (clock, looks) = (TestClock::new(), Arc::new(AtomicUsize::new(0)));
    let hostile = Hostile::publishing(&clock, &[es256()]).await;
    let builder = ResourceServer::builder().provider(hostile.provider_of_keys());
    let server = builder.clock(Faulty(clock.clone(), Arc::clone(&looks))).build().await.unwrap();
    let good = || hostile.token(&es256()).build();
    let unknown = || hostile.token(&es256()).header("kid", "canary-unknown").build();
    let mut panics = 0;
    for look in 1.. {
        // Stale, and a key that is to be asked for.
        clock.advance(Duration::from_secs(10 * 60));
        looks.store(look, Ordering::SeqCst);
        let (asked, token) = (server.clone(), unknown());
        let ended = tokio::spawn(async move { asked.verify(&token).await.is_err() }).await;
        looks.store(0, Ordering::SeqCst);
        panics += usize::from(ended.is_err());
        assert!(server.verify(&good()).await.is_ok(), "{look}");
        clock.advance(COOL_DOWN);
        assert_eq!(server.verify(&unknown()).await.unwrap_err().reason().as_str(), "unknown_key", "{look}");
        if ended.is_ok() {
            break;
        }
    }
    assert!(panics >= 3, "{panics}");
}
