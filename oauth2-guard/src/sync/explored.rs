//! Locks, tasks and time under the control of `shuttle`, which decides at each of their operations who goes on.
//!
//! There is one world for each run of a test. Its time stands still until it is told to [advance]. What tells tasks of each other
//! (`tokio::sync::watch`) is the real one: no task is interrupted within it.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use core::cell::RefCell;
use core::future::poll_fn;
use core::pin::pin;
use core::task::{Poll, Waker};
use core::time::Duration;
use std::sync::{Arc, LazyLock};
use std::time::{Instant, SystemTime};

use arc_swap::Guard;
use shuttle::future::{AbortHandle, JoinHandle, yield_now};
use shuttle::rand::{Rng, thread_rng};
use shuttle::scheduler::{PctScheduler, RandomScheduler};
use shuttle::sync::atomic::{AtomicBool, Ordering};
use shuttle::{Config, Runner};

use crate::clock::{Clock, SystemClock, UnixTime};

pub(crate) use shuttle::sync::{Mutex, MutexGuard};

static START: LazyLock<Instant> = LazyLock::new(|| SystemClock.instant());

/// Of each kind; `OAUTH2_GUARD_SCHEDULES` asks for more or fewer.
pub(crate) static SCHEDULES: LazyLock<usize> = LazyLock::new(|| {
    std::env::var("OAUTH2_GUARD_SCHEDULES").map_or(500, |schedules| schedules.parse().unwrap())
});

/// More than fit between two operations of a request matter in no bug that is known.
const INTERRUPTIONS: usize = 3;

/// Runs a test in many orders of what happens at once, the same ones every time.
pub(crate) fn explore(test: impl Fn() + Copy + Send + Sync + 'static) {
    let run = move || {
        begin();
        test();
    };
    let mut config = Config::new();
    config.stack_size = 512 * 1024;
    let random = RandomScheduler::new_from_seed(1, *SCHEDULES);
    Runner::new(random, config.clone()).run(run);
    let pct = PctScheduler::new_from_seed(1, INTERRUPTIONS, *SCHEDULES);
    Runner::new(pct, config).run(run);
}

/// What comes of them.
pub(crate) async fn all<T>(tasks: impl IntoIterator<Item = JoinHandle<T>>) -> Vec<T> {
    let mut outputs = Vec::new();
    for task in tasks {
        outputs.push(task.await.unwrap());
    }
    outputs
}

thread_local! {
    static WORLD: RefCell<World> = RefCell::default();
}

#[derive(Default)]
struct World {
    elapsed: Duration,
    alarms: Vec<(Duration, Waker)>,
    tasks: Vec<AbortHandle>,
}

fn begin() {
    drop(WORLD.take());
}

/// Since the run began.
pub(crate) fn elapsed() -> Duration {
    WORLD.with_borrow(|world| world.elapsed)
}

/// Wakes those whose time it is.
pub(crate) fn advance(by: Duration) {
    let mut due = Vec::new();
    WORLD.with_borrow_mut(|world| {
        world.elapsed += by;
        due.extend(world.alarms.extract_if(.., |(at, _)| *at <= world.elapsed));
    });
    due.into_iter().for_each(|(_, waker)| waker.wake());
}

/// Ends every task that was begun, as a runtime does that goes down.
pub(crate) fn end_tasks() {
    let tasks = WORLD.with_borrow_mut(|world| core::mem::take(&mut world.tasks));
    tasks.iter().for_each(AbortHandle::abort);
}

/// Waits until every task that was begun has ended.
pub(crate) async fn tasks_ended() {
    while WORLD.with_borrow(|world| world.tasks.iter().any(|task| !task.is_finished())) {
        yield_now().await;
    }
}

/// In place of what differs between servers that started together.
pub(crate) fn random_byte() -> u8 {
    thread_rng().r#gen()
}

/// The clock of the world.
#[derive(Debug)]
pub(crate) struct Timeline;

impl Clock for Timeline {
    fn now(&self) -> SystemTime {
        UnixTime(1_800_000_000).saturating_add(elapsed().as_secs()).to_system_time()
    }

    fn instant(&self) -> Instant {
        *START + elapsed()
    }
}

/// In place of [`tokio::runtime::Handle`]: there always is one.
pub(crate) struct Handle;

impl Handle {
    #[expect(clippy::unnecessary_wraps, reason = "as that of tokio")]
    pub(crate) fn try_current() -> Result<Self, ()> {
        Ok(Self)
    }

    #[expect(clippy::unused_self, reason = "as that of tokio")]
    pub(crate) fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) {
        let task = shuttle::future::spawn(future).abort_handle();
        WORLD.with_borrow_mut(|world| world.tasks.push(task));
    }
}

/// In place of [`tokio::time::timeout`]: what is ready in time is, however late it is looked at.
pub(crate) async fn timeout<F: Future>(within: Duration, future: F) -> Result<F::Output, Elapsed> {
    let until = elapsed() + within;
    let mut future = pin!(future);
    poll_fn(|context| {
        if let Poll::Ready(output) = future.as_mut().poll(context) {
            return Poll::Ready(Ok(output));
        }
        if elapsed() >= until {
            return Poll::Ready(Err(Elapsed));
        }
        WORLD.with_borrow_mut(|world| world.alarms.push((until, context.waker().clone())));
        Poll::Pending
    })
    .await
}

#[derive(Debug)]
pub(crate) struct Elapsed;

/// In place of [`arc_swap::ArcSwap`]: others may come before each of its operations.
#[derive(Debug)]
pub(crate) struct ArcSwap<T> {
    value: arc_swap::ArcSwap<T>,
    others: AtomicBool,
}

impl<T> ArcSwap<T> {
    pub(crate) fn from_pointee(value: T) -> Self {
        Self { value: arc_swap::ArcSwap::from_pointee(value), others: AtomicBool::new(false) }
    }

    pub(crate) fn load(&self) -> Guard<Arc<T>> {
        self.let_others();
        self.value.load()
    }

    pub(crate) fn swap(&self, value: Arc<T>) -> Arc<T> {
        self.let_others();
        self.value.swap(value)
    }

    pub(crate) fn rcu(&self, mut with: impl FnMut(&Arc<T>) -> T) -> Arc<T> {
        self.value.rcu(|value| {
            let next = with(value);
            self.let_others();
            next
        })
    }

    fn let_others(&self) {
        self.others.load(Ordering::SeqCst);
    }
}
