//! What holds of the keeping of keys in whatever order things happen that happen at once: `shuttle` tries many.
//!
//! Where no time passes, nobody can give up: a request that is not woken up stands still for ever, which fails the test.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use core::future::pending;
use core::time::Duration;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use http::{Request, Response};
use serde_json::json;
use shuttle::future::{JoinHandle, block_on, spawn, yield_now};
use shuttle::rand::{Rng, thread_rng};
use tokio::sync::Semaphore;

use super::fetch::{Fetcher, KeyLocation};
use super::freshness::{COOL_DOWN, Refresh};
use super::store::{Dated, KeyStore, Stale, Unavailable};
use crate::fetch::{DEADLINE, Fetch, FetchFailure};
use crate::provider::Endpoint;
use crate::readiness::KeyState;
use crate::sync::explored::{SCHEDULES, Timeline, advance, all, elapsed, end_tasks, explore, tasks_ended};
use crate::verify::Algorithm;

const FRESH: Duration = Duration::from_secs(10 * 60);
const SILENCE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);

/// What comes of a fetch.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum Answer {
    #[default]
    Keys,
    Failure,
    Panic,
    Silence,
    /// Keys, once it is let go.
    Late,
}

/// An authorization server that has another key for each fetch: `0` for the first.
#[derive(Debug)]
struct Authority {
    state: Mutex<State>,
    go: Semaphore,
}

#[derive(Debug, Default)]
struct State {
    answer: Option<Answer>,
    begun: usize,
    under_way: usize,
    most_at_once: usize,
}

impl Authority {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    fn answers(&self, answer: Answer) {
        self.state().answer = Some(answer);
    }

    /// Answers now this, now that.
    fn is_moody(&self) {
        self.state().answer = None;
    }

    /// How many fetches began, and how many at once.
    fn fetches(&self) -> (usize, usize) {
        let state = self.state();
        (state.begun, state.most_at_once)
    }

    async fn until_begun(&self, fetches: usize) {
        while self.state().begun < fetches {
            yield_now().await;
        }
    }
}

struct UnderWay<'a>(&'a Authority);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.state().under_way -= 1;
    }
}

impl Fetch for Authority {
    async fn get(&self, _: Request<()>) -> Result<Response<Vec<u8>>, FetchFailure> {
        let (number, answer) = {
            let mut state = self.state();
            state.begun += 1;
            state.under_way += 1;
            state.most_at_once = state.most_at_once.max(state.under_way);
            (state.begun - 1, state.answer)
        };
        let _under_way = UnderWay(self);
        yield_now().await;
        let answer = answer.unwrap_or_else(|| {
            const MOODS: [Answer; 4] = [Answer::Keys, Answer::Failure, Answer::Panic, Answer::Silence];
            MOODS[thread_rng().gen_range(0..MOODS.len())]
        });
        match answer {
            Answer::Keys => yield_now().await,
            Answer::Failure => return Err(FetchFailure::new("down")),
            // Without a word on standard error.
            Answer::Panic => resume_unwind(Box::new("of the fetch")),
            Answer::Silence => pending().await,
            Answer::Late => self.go.acquire().await.unwrap().forget(),
        }
        let key = json!({
            "kid": number.to_string(), "kty": "OKP", "crv": "Ed25519",
            "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
        });
        Ok(Response::new(json!({ "keys": [key] }).to_string().into()))
    }
}

#[derive(Clone)]
struct Scene {
    authority: Arc<Authority>,
    keys: Arc<KeyStore>,
}

impl Scene {
    /// Keys that were fetched just now.
    fn new(refresh: Refresh) -> Self {
        Self::of(|fetcher| {
            block_on(KeyStore::fetched("p".into(), fetcher, refresh, Arc::new(Timeline))).unwrap()
        })
    }

    /// Keys that are yet to be fetched.
    fn lazy() -> Self {
        Self::of(|fetcher| KeyStore::lazy("p".into(), fetcher, Refresh::AsTold, Arc::new(Timeline)))
    }

    fn of(keys: impl FnOnce(Fetcher) -> KeyStore) -> Self {
        let authority = Arc::new(Authority {
            state: Mutex::new(State { answer: Some(Answer::Keys), ..State::default() }),
            go: Semaphore::new(0),
        });
        let at = KeyLocation::JwkSet(Endpoint::configured("https://login.example.com/keys", &[]).unwrap());
        let fetcher = Fetcher::new(Arc::new(Arc::clone(&authority)), at, vec![Algorithm::EdDSA], Vec::new());
        Self { authority, keys: Arc::new(keys(fetcher)) }
    }

    /// The number of the fetch whose keys are in use.
    fn in_use(&self) -> usize {
        Self::number_of(&self.keys.current())
    }

    fn number_of(set: &Dated) -> usize {
        let is_of = |number: &usize| set.keys.select(Some(&number.to_string()), Algorithm::EdDSA).is_ok();
        (0..100).find(is_of).unwrap()
    }

    /// What stands before the use of a key for a token that names one which is known; then the keys are those of this fetch.
    async fn uses_known_key(&self) -> Result<usize, Unavailable> {
        if !self.keys.are_fresh() {
            match self.keys.freshen() {
                Ok(()) => {}
                Err(Stale::Unavailable(unavailable)) => return Err(unavailable),
                Err(Stale::Wait(mut refreshing)) => {
                    refreshing.wait().await;
                    self.keys.settle()?;
                }
            }
        }
        Ok(self.in_use())
    }

    /// What stands before the refusal of a token that names a key which is not known; then the keys that it was looked for in are those of this fetch.
    async fn seeks_unknown_key(&self) -> Result<usize, Unavailable> {
        let looked_into = self.keys.current();
        match self.keys.settled_search(looked_into.number) {
            Some(settled) => settled.map(|()| Self::number_of(&looked_into)),
            None => {
                drop(looked_into);
                self.keys.seek_unknown_key().await?;
                Ok(self.in_use())
            }
        }
    }

    fn spawn<F: Future + Send + 'static>(&self, run: impl FnOnce(Self) -> F) -> JoinHandle<F::Output>
    where
        F::Output: Send,
    {
        spawn(run(self.clone()))
    }

    fn known(&self) -> JoinHandle<Result<usize, Unavailable>> {
        self.spawn(async |scene: Self| scene.uses_known_key().await)
    }

    fn unknown(&self) -> JoinHandle<Result<usize, Unavailable>> {
        self.spawn(async |scene: Self| scene.seeks_unknown_key().await)
    }

    /// A look at the keys is never followed by one at older ones.
    fn watched(&self) -> JoinHandle<()> {
        self.spawn(async |scene: Self| {
            let mut before = scene.in_use();
            for _ in 0..5 {
                yield_now().await;
                let now = scene.in_use();
                assert!(now >= before, "{now} after {before}");
                before = now;
            }
        })
    }

    /// Whatever happened: after the longest pause newer keys are had when they are asked for.
    async fn heals(&self) {
        self.authority.answers(Answer::Keys);
        self.authority.go.add_permits(100);
        advance(FRESH);
        // What is under way in the background notices that it is too late.
        tasks_ended().await;
        let (before, _) = self.authority.fetches();
        assert_eq!(self.seeks_unknown_key().await, Ok(before), "{:?}", self.keys.readiness());
        assert_eq!(self.uses_known_key().await, Ok(before));
        let readiness = self.keys.readiness();
        assert_eq!((readiness.state, readiness.last_error), (KeyState::Fresh, None));
        assert_eq!(self.authority.fetches().0, before + 1);
    }
}

#[test]
fn who_seeks_an_unknown_key_shares_one_fetch_and_gets_what_it_brought() {
    explore(|| {
        let scene = Scene::new(Refresh::AsTold);
        advance(COOL_DOWN);
        let seekers = [scene.unknown(), scene.unknown(), scene.unknown()];
        let known = scene.known();
        block_on(async {
            assert_eq!(all(seekers).await, [Ok(1); 3]);
            assert!(all([known]).await[0].is_ok_and(|number| number <= 1));
        });
        assert_eq!(scene.authority.fetches(), (2, 1));
        block_on(scene.heals());
    });
}

#[test]
fn who_comes_first_to_keys_that_are_not_fetched_yet_shares_the_first_fetch() {
    explore(|| {
        let scene = Scene::lazy();
        let requests = [scene.known(), scene.unknown(), scene.known()];
        assert_eq!(block_on(all(requests)), [Ok(0); 3]);
        assert_eq!(scene.authority.fetches(), (1, 1));
        block_on(scene.heals());
    });
}

#[test]
fn who_finds_keys_expired_shares_the_fetch_that_has_to_come_first() {
    explore(|| {
        let scene = Scene::new(Refresh::AsTold);
        advance(HOUR);
        let requests = [scene.known(), scene.known(), scene.unknown(), scene.known()];
        assert_eq!(block_on(all(requests)), [Ok(1); 4]);
        assert_eq!(scene.authority.fetches(), (2, 1));
        block_on(scene.heals());
    });
}

#[test]
fn keys_that_are_expired_are_refused_by_all_who_waited_for_a_fetch_that_failed() {
    explore(|| {
        let scene = Scene::new(Refresh::AsTold);
        let answer = [Answer::Failure, Answer::Panic][thread_rng().gen_range(0..2)];
        scene.authority.answers(answer);
        advance(HOUR);
        let requests = [scene.known(), scene.unknown(), scene.known()];
        let readiness = scene.spawn(async |scene: Scene| scene.keys.readiness().state);
        block_on(async {
            for answer in all(requests).await {
                let retry_after = answer.unwrap_err().retry_after;
                assert!(retry_after > Duration::ZERO && retry_after <= COOL_DOWN);
            }
            assert_eq!(all([readiness]).await, [KeyState::Absent]);
        });
        assert_eq!(scene.authority.fetches(), (2, 1));
        assert!(scene.keys.readiness().last_error.is_some());
        block_on(scene.heals());
    });
}

#[test]
fn who_wants_keys_that_are_always_refreshed_has_them_fetched_or_shares_a_fetch_that_has_not_ended() {
    explore(|| {
        let scene = Scene::new(Refresh::Always);
        let request = || {
            scene.spawn(async |scene: Scene| {
                let before = scene.in_use();
                let used = scene.uses_known_key().await.unwrap();
                assert!(used >= before.max(1), "{used} after {before}");
            })
        };
        let requests = [request(), request(), request()];
        block_on(all(requests));
        let (begun, at_once) = scene.authority.fetches();
        assert!(begun <= 4 && at_once == 1, "{begun}, {at_once} at once");
    });
}

#[test]
fn stale_keys_serve_while_newer_ones_are_installed_and_nobody_sees_them_gone() {
    explore(|| {
        let scene = Scene::new(Refresh::AsTold);
        let age = [FRESH, FRESH + SILENCE + Duration::from_secs(1)][thread_rng().gen_range(0..2)];
        advance(age);
        let readiness = scene.spawn(async |scene: Scene| {
            for _ in 0..3 {
                let readiness = scene.keys.readiness();
                assert_ne!(readiness.state, KeyState::Absent);
                assert_eq!(readiness.last_error, None);
                yield_now().await;
            }
        });
        let watched = scene.watched();
        let requests = [scene.known(), scene.known(), scene.known()];
        block_on(async {
            for served in all(requests).await {
                assert!(served.is_ok_and(|number| number <= 1));
            }
            all([readiness, watched]).await;
            // One that is under way in the background is for whoever asks now.
            assert_eq!(scene.seeks_unknown_key().await, Ok(1));
        });
        assert!(scene.keys.are_fresh());
        assert_eq!(scene.authority.fetches(), (2, 1));
        block_on(scene.heals());
    });
}

#[test]
fn who_leaves_takes_nothing_from_those_who_stay() {
    explore(|| {
        let scene = Scene::new(Refresh::AsTold);
        advance([COOL_DOWN, HOUR][thread_rng().gen_range(0..2)]);
        let leaving = [scene.unknown(), scene.known()];
        let staying = [scene.unknown(), scene.unknown()];
        block_on(async {
            leaving.iter().for_each(JoinHandle::abort);
            assert_eq!(all(staying).await, [Ok(1); 2]);
            // One that is under way to its next step takes that yet.
            for task in leaving {
                let _whatever = task.await;
            }
        });
        assert_eq!(scene.authority.fetches(), (2, 1));
        block_on(scene.heals());
    });
}

#[test]
fn a_fetch_that_panics_or_whose_runtime_goes_down_ends_for_all_who_wait_and_is_made_up_for() {
    explore(|| {
        let scene = Scene::new(Refresh::AsTold);
        let panics = thread_rng().gen_bool(0.5);
        scene.authority.answers(if panics { Answer::Panic } else { Answer::Silence });
        advance(COOL_DOWN);
        let seekers = [scene.unknown(), scene.unknown(), scene.unknown()];
        let down = (!panics).then(|| {
            scene.spawn(async |scene: Scene| {
                scene.authority.until_begun(2).await;
                end_tasks();
            })
        });
        block_on(async {
            for answer in all(seekers).await {
                assert!(answer.is_err());
            }
            all(down).await;
            assert_eq!(scene.authority.fetches(), (2, 1));
            // Known keys serve on.
            assert_eq!(scene.uses_known_key().await, Ok(0));
            scene.heals().await;
        });
    });
}

#[test]
fn a_runtime_that_goes_down_at_any_point_keeps_nobody_waiting() {
    explore(|| {
        let scene = Scene::new(Refresh::AsTold);
        advance(COOL_DOWN);
        let seekers = [scene.unknown(), scene.unknown()];
        let watched = scene.watched();
        let down = scene.spawn(async |_: Scene| end_tasks());
        block_on(async {
            for answer in all(seekers).await {
                assert!(answer.is_ok_and(|number| number == 1) || answer.is_err());
            }
            all([watched, down]).await;
            let (begun, at_once) = scene.authority.fetches();
            assert!(begun <= 2 && at_once == 1);
            scene.heals().await;
        });
    });
}

#[test]
fn an_older_answer_that_comes_late_never_replaces_a_newer_one_nor_keeps_anybody_from_it() {
    explore(|| {
        let scene = Scene::new(Refresh::AsTold);
        scene.authority.answers(Answer::Late);
        advance(COOL_DOWN);
        let first = scene.unknown();
        let newer = scene.spawn(async |scene: Scene| {
            scene.authority.until_begun(2).await;
            // The first may be on a thread that stands still, and have its answer before it notices that it is too late.
            let let_go = scene.spawn(async |scene: Scene| scene.authority.go.add_permits(1));
            advance(COOL_DOWN);
            let watched = scene.watched();
            let newer = [scene.unknown(), scene.unknown()];
            scene.authority.go.add_permits(1);
            let newer = all(newer).await;
            all([let_go, watched]).await;
            newer
        });
        block_on(async {
            assert_eq!(all([newer]).await, [[Ok(2); 2]]);
            let first = all([first]).await.remove(0);
            assert!(first.is_err() || first.is_ok_and(|number| number >= 1));
            tasks_ended().await;
            assert_eq!(scene.authority.fetches().0, 3);
            assert_eq!(scene.in_use(), 2);
            assert_eq!(scene.keys.readiness().last_error, None);
            scene.heals().await;
        });
    });
}

#[test]
fn no_more_fetches_begin_than_there_are_cool_downs_whatever_comes_of_them() {
    explore(|| {
        let scene = Scene::new(Refresh::After(Duration::from_secs(45)));
        scene.authority.is_moody();
        let time = scene.spawn(async |scene: Scene| {
            for _ in 0..12 {
                yield_now().await;
                advance([DEADLINE, COOL_DOWN / 2, COOL_DOWN][thread_rng().gen_range(0..3)]);
                let (begun, _) = scene.authority.fetches();
                let cool_downs = elapsed().as_secs() / COOL_DOWN.as_secs();
                assert!(begun as u64 <= 1 + cool_downs, "{begun} in {:?}", elapsed());
            }
        });
        let requests = async |scene: Scene| {
            for _ in 0..4 {
                let _whatever = scene.seeks_unknown_key().await;
                let _whatever = scene.uses_known_key().await;
            }
        };
        let requests = [scene.spawn(requests), scene.spawn(requests)];
        block_on(async {
            all([time]).await;
            // As long as somebody waits time passes.
            let alarm = scene.spawn(async |_: Scene| {
                loop {
                    yield_now().await;
                    advance(DEADLINE);
                }
            });
            all(requests).await;
            alarm.abort();
            scene.heals().await;
        });
    });
}

/// That this is what is looked at: as many runs as there are schedules, and not all of them alike.
#[test]
fn the_schedules_differ() {
    static SERVED_BEFORE: AtomicUsize = AtomicUsize::new(0);
    explore(|| {
        let scene = Scene::new(Refresh::AsTold);
        advance(FRESH);
        let (first, second) = (scene.known(), scene.known());
        block_on(async {
            if all([first, second]).await == [Ok(0), Ok(1)] {
                SERVED_BEFORE.fetch_add(1, Ordering::Relaxed);
            }
        });
    });
    let before = SERVED_BEFORE.load(Ordering::Relaxed);
    assert!(before > 0 && before < 2 * *SCHEDULES, "{before}");
}
