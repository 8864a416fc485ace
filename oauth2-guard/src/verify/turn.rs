//! How many signatures are checked at once.

use core::fmt;
use std::sync::OnceLock;

use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::{Semaphore, SemaphorePermit};

/// All threads of a runtime but one check signatures at the most, so that a flood of tokens which nobody has seen leaves a thread to those that were.
///
/// Where there is one thread alone a check is over before anything else is begun: there is nothing to take turns at.
#[derive(Default)]
pub(crate) struct Turns {
    /// Made for the runtime of the first check; `None` where nobody has to wait.
    places: OnceLock<Option<Semaphore>>,
}

/// The right to check a signature. It is given back when it is dropped, and held across no `await`.
pub(crate) struct Turn<'a> {
    _place: Option<SemaphorePermit<'a>>,
}

impl Turns {
    /// `None` where it takes [`wait`](Self::wait).
    pub(crate) fn take(&self) -> Option<Turn<'_>> {
        match self.places() {
            None => Some(Turn { _place: None }),
            Some(places) => places.try_acquire().ok().map(|place| Turn { _place: Some(place) }),
        }
    }

    /// Those who came first go first. Who is dropped meanwhile leaves the line.
    pub(crate) async fn wait(&self) -> Turn<'_> {
        match self.places() {
            None => Turn { _place: None },
            // It is never closed.
            Some(places) => Turn { _place: places.acquire().await.ok() },
        }
    }

    fn places(&self) -> Option<&Semaphore> {
        self.places.get_or_init(|| all_but_one(threads()).map(Semaphore::new)).as_ref()
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

    use tokio::runtime::{Builder, Runtime};

    use super::Turns;

    fn runtime(threads: usize) -> Runtime {
        Builder::new_multi_thread().worker_threads(threads).build().unwrap()
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
}
