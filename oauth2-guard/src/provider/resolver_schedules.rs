//! What holds of issuers that are resolved, in whatever order things happen that happen at once.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use core::future::pending;
use core::time::Duration;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::BoxError;
use shuttle::future::{JoinHandle, block_on, spawn, yield_now};
use tokio::sync::Semaphore;

use super::Provider;
use super::resolver::{Look, ResolveIssuer, Resolver};
use crate::jwks::Unavailable;
use crate::server::ResourceServer;
use crate::sync::explored::{Timeline, advance, all, end_tasks, explore, tasks_ended};

const ISSUER: &str = "https://login.example.com";
const PAUSE: Duration = Duration::from_secs(5);
const UNKNOWN_FOR: Duration = Duration::from_secs(30);
const FRESH: Duration = Duration::from_secs(10 * 60);

const JWKS: &str = r#"{"keys": [{
    "kid": "2026-11", "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
}]}"#;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Mood {
    Trusts,
    Distrusts,
    Fails,
    Silent,
    /// Trusts, once it is let go.
    Late,
}

#[derive(Debug)]
struct Tenants {
    state: Mutex<(Mood, usize)>,
    go: Semaphore,
}

impl Tenants {
    fn state(&self) -> MutexGuard<'_, (Mood, usize)> {
        self.state.lock().unwrap()
    }
}

#[derive(Clone)]
struct Table(Arc<Tenants>);

impl ResolveIssuer for Table {
    async fn provider(&self, issuer: &str) -> Result<Option<Provider>, BoxError> {
        let mood = {
            let mut state = self.0.state();
            state.1 += 1;
            state.0
        };
        yield_now().await;
        match mood {
            Mood::Trusts => yield_now().await,
            Mood::Distrusts => return Ok(None),
            Mood::Fails => return Err("the database is away".into()),
            Mood::Silent => pending().await,
            Mood::Late => self.0.go.acquire().await?.forget(),
        }
        Ok(Some(Provider::with_jwks(issuer, JWKS).audience("orders").name("tenants")))
    }
}

#[derive(Clone)]
struct Scene {
    tenants: Arc<Tenants>,
    resolver: Arc<Resolver>,
}

impl Scene {
    fn new(mood: Mood) -> Self {
        let tenants = Arc::new(Tenants { state: Mutex::new((mood, 0)), go: Semaphore::new(0) });
        let builder = ResourceServer::builder().clock(Timeline).resolve_issuers(Table(Arc::clone(&tenants)));
        let server = block_on(builder.build()).unwrap();
        let resolver = Arc::clone(server.providers().resolver().unwrap());
        Self { tenants, resolver }
    }

    fn is(&self, mood: Mood) {
        self.tenants.state().0 = mood;
    }

    fn asked(&self) -> usize {
        self.tenants.state().1
    }

    async fn until_asked(&self, times: usize) {
        while self.asked() < times {
            yield_now().await;
        }
    }

    /// Whether the issuer of a token is trusted, as far as can be told.
    async fn trusts(&self) -> Result<bool, Unavailable> {
        match self.resolver.look(ISSUER, false) {
            Look::Trusted(_) => return Ok(true),
            Look::Unknown => return Ok(false),
            Look::Ask => {}
        }
        self.resolver.resolve(ISSUER).await?;
        Ok(matches!(self.resolver.look(ISSUER, true), Look::Trusted(_)))
    }

    fn request(&self) -> JoinHandle<Result<bool, Unavailable>> {
        let scene = self.clone();
        spawn(async move { scene.trusts().await })
    }
}

#[test]
fn all_who_come_with_one_issuer_share_one_question_and_its_answer() {
    for (mood, answer) in [(Mood::Trusts, Some(true)), (Mood::Distrusts, Some(false)), (Mood::Fails, None)] {
        explore(move || {
            let scene = Scene::new(mood);
            let requests = [scene.request(), scene.request(), scene.request()];
            let answers = block_on(all(requests));
            assert!(answers.iter().all(|one| one.ok() == answer), "{answers:?}");
            assert_eq!(scene.asked(), 1);
        });
    }
}

#[test]
fn who_leaves_takes_nothing_from_those_who_stay() {
    explore(|| {
        let scene = Scene::new(Mood::Trusts);
        let (leaving, staying) = (scene.request(), [scene.request(), scene.request()]);
        block_on(async {
            leaving.abort();
            assert_eq!(all(staying).await, [Ok(true); 2]);
        });
        assert_eq!(scene.asked(), 1);
    });
}

#[test]
fn a_runtime_that_goes_down_keeps_nobody_waiting_and_is_made_up_for() {
    explore(|| {
        let scene = Scene::new(Mood::Silent);
        let requests = [scene.request(), scene.request()];
        block_on(async {
            scene.until_asked(1).await;
            end_tasks();
            scene.is(Mood::Trusts);
            // The other may come when it is over: then nothing is asked for a while.
            for answer in all(requests).await {
                assert!(answer.is_err());
            }
            advance(PAUSE);
            assert_eq!(scene.trusts().await, Ok(true));
        });
    });
}

#[test]
fn an_answer_that_comes_late_does_not_undo_a_later_one() {
    explore(|| {
        let scene = Scene::new(Mood::Late);
        let first = scene.request();
        block_on(async {
            scene.until_asked(1).await;
            // It may be on a thread that stands still, and have its answer before it notices that it is too late.
            let late = scene.clone();
            let let_go = spawn(async move { late.tenants.go.add_permits(1) });
            advance(UNKNOWN_FOR);
            scene.is(Mood::Distrusts);
            let second = scene.trusts().await;
            all([let_go]).await;
            all([first]).await;
            tasks_ended().await;
            match scene.asked() {
                // The first had its answer before the second came.
                1 => assert_eq!(second, Ok(true)),
                _ => assert_eq!((second, scene.trusts().await), (Ok(false), Ok(false))),
            }
        });
    });
}

#[test]
fn trust_that_is_withdrawn_ends_with_the_next_answer_while_requests_go_on() {
    explore(|| {
        let scene = Scene::new(Mood::Trusts);
        block_on(async {
            assert_eq!(scene.trusts().await, Ok(true));
            tasks_ended().await;
            advance(FRESH);
            scene.is(Mood::Distrusts);
            for answer in all([scene.request(), scene.request(), scene.request()]).await {
                assert!(answer.is_ok());
            }
            tasks_ended().await;
            assert_eq!(scene.trusts().await, Ok(false));
        });
        assert_eq!(scene.asked(), 2);
    });
}
