//! How many signatures are checked at once.

use core::fmt;
use core::pin::pin;
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use core::time::Duration;
use std::panic::catch_unwind;
use std::sync::OnceLock;

use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{sleep, timeout};

/// All threads of a runtime but one check signatures at the most, so that a flood of tokens which nobody has seen leaves a thread to those that were.
///
/// Where there is one thread alone a check is over before anything else is begun: there is nothing to take turns at.
#[derive(Default)]
pub(crate) struct Turns {
    /// Made for the runtime of the first check; `None` where nobody has to wait.
    line: OnceLock<Option<Line>>,
}

struct Line {
    places: Semaphore,
    /// How often somebody took a place.
    taken: AtomicUsize,
    /// Where somebody waited without a timer to be impatient by.
    is_timeless: AtomicBool,
}

/// The right to check a signature. It is given back when it is dropped, and held across no `await`.
pub(crate) struct Turn<'a> {
    _place: Option<SemaphorePermit<'a>>,
}

/// Where nobody took a place for so long, they were given to who does not come: a task that nobody polls any more, or one on a thread that something
/// else keeps.
const PATIENCE: Duration = Duration::from_millis(250);

impl Turns {
    /// `None` where it takes [`wait`](Self::wait).
    pub(crate) fn take(&self) -> Option<Turn<'_>> {
        match self.line() {
            None => Some(Turn { _place: None }),
            Some(line) => line.places.try_acquire().ok().map(|place| line.begin(place)),
        }
    }

    /// Those who came first go first. Who is dropped meanwhile leaves the line.
    pub(crate) async fn wait(&self) -> Turn<'_> {
        let Some(line) = self.line() else { return Turn { _place: None } };
        match line.wait().await {
            Some(place) => line.begin(place),
            None => Turn { _place: None },
        }
    }

    fn line(&self) -> Option<&Line> {
        self.line.get_or_init(|| all_but_one(threads()).map(Line::new)).as_ref()
    }
}

impl Line {
    fn new(places: usize) -> Self {
        Self {
            places: Semaphore::new(places),
            taken: AtomicUsize::new(0),
            is_timeless: AtomicBool::new(false),
        }
    }

    /// `None` where it does not move, or a runtime has no timers, by which that could be seen.
    async fn wait(&self) -> Option<SemaphorePermit<'_>> {
        // They are never closed.
        let mut place = pin!(self.places.acquire());
        if Handle::try_current().is_err() {
            // There is no timer here to be impatient by.
            return place.await.ok();
        }
        if !self.has_timers() {
            return None;
        }
        loop {
            let before = self.taken.load(Ordering::Relaxed);
            match timeout(PATIENCE, &mut place).await {
                Ok(place) => return place.ok(),
                Err(_) if self.taken.load(Ordering::Relaxed) == before => return None,
                Err(_) => {}
            }
        }
    }

    /// Of the runtime, which tells it by panicking alone.
    fn has_timers(&self) -> bool {
        if self.is_timeless.load(Ordering::Relaxed) {
            return false;
        }
        let has_timers = catch_unwind(|| drop(sleep(PATIENCE))).is_ok();
        if !has_timers {
            self.is_timeless.store(true, Ordering::Relaxed);
        }
        has_timers
    }

    fn begin<'a>(&self, place: SemaphorePermit<'a>) -> Turn<'a> {
        self.taken.fetch_add(1, Ordering::Relaxed);
        Turn { _place: Some(place) }
    }
}

/// Of the runtime; one where there is none.
fn threads() -> usize {
    match Handle::try_current() {
        Ok(handle) if handle.runtime_flavor() == RuntimeFlavor::MultiThread => handle.metrics().num_workers(),
        _ => 1,
    }
}

fn all_but_one(threads: usize) -> Option<usize> {
    threads.checked_sub(1).filter(|others| *others > 0)
}

impl fmt::Debug for Turns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Turns").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use core::pin::pin;
    use core::task::{Context, Poll, Waker};

    use futures_util::future::join;
    use tokio::runtime::{Builder, Runtime};

    use super::Turns;

    fn runtime(threads: usize) -> Runtime {
        Builder::new_multi_thread().worker_threads(threads).enable_time().build().unwrap()
    }

    /// Whether one more is let in at once.
    fn is_free(turns: &Turns) -> bool {
        turns.take().is_some()
    }

    #[test]
    fn all_threads_but_one_check_at_once() {
        for (threads, expected) in [(2, 1), (3, 2), (8, 7)] {
            let runtime = runtime(threads);
            let _context = runtime.enter();
            let turns = Turns::default();
            let held: Vec<_> = (0..expected).map(|_| turns.take().unwrap()).collect();
            assert!(!is_free(&turns), "{threads}");
            drop(held);
            assert!(is_free(&turns), "{threads}");
        }
    }

    #[test]
    fn nobody_waits_where_there_is_one_thread_or_no_runtime() {
        let never_waits = || {
            let turns = Turns::default();
            let held: Vec<_> = (0..100).map(|_| turns.take()).collect();
            assert!(held.iter().all(Option::is_some));
        };
        never_waits();
        runtime(1).block_on(async { never_waits() });
        Builder::new_current_thread().build().unwrap().block_on(async { never_waits() });
    }

    #[test]
    fn who_waits_is_let_in_when_another_is_done_or_goes_away() {
        let runtime = runtime(2);
        let _context = runtime.enter();
        let turns = Turns::default();
        let held = turns.take().unwrap();
        let mut context = Context::from_waker(Waker::noop());
        let mut second = pin!(turns.wait());
        assert!(second.as_mut().poll(&mut context).is_pending());
        {
            let mut leaves = pin!(turns.wait());
            assert!(leaves.as_mut().poll(&mut context).is_pending());
        }
        let mut third = pin!(turns.wait());
        assert!(third.as_mut().poll(&mut context).is_pending());
        drop(held);
        // Whoever comes now does not overtake.
        assert!(!is_free(&turns));
        assert!(third.as_mut().poll(&mut context).is_pending());
        let Poll::Ready(turn) = second.as_mut().poll(&mut context) else { panic!("it waits") };
        drop(turn);
        assert!(third.as_mut().poll(&mut context).is_ready());
        assert!(is_free(&turns));
    }

    #[test]
    fn a_place_of_somebody_who_does_not_come_keeps_nobody_waiting() {
        let runtime = runtime(2);
        let _context = runtime.enter();
        let turns = Turns::default();
        let held = turns.take().unwrap();
        let mut context = Context::from_waker(Waker::noop());
        let mut given = pin!(turns.wait());
        assert!(given.as_mut().poll(&mut context).is_pending());
        // Its place is given to who is not polled.
        drop(held);
        assert!(!is_free(&turns));
        runtime.block_on(async {
            let (one, other) = join(turns.wait(), turns.wait()).await;
            drop((one, other, turns.wait().await));
        });
        let Poll::Ready(turn) = given.as_mut().poll(&mut context) else { panic!("it has a place") };
        assert!(!is_free(&turns));
        drop(turn);
        assert!(is_free(&turns));
    }

    #[test]
    fn who_has_no_runtime_waits_too() {
        let runtime = runtime(2);
        let context = runtime.enter();
        let turns = Turns::default();
        let held = turns.take().unwrap();
        drop(context);
        let mut context = Context::from_waker(Waker::noop());
        let mut waiting = pin!(turns.wait());
        assert!(waiting.as_mut().poll(&mut context).is_pending());
        drop(held);
        assert!(waiting.as_mut().poll(&mut context).is_ready());
    }
}
