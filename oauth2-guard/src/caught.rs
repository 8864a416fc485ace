use core::future::poll_fn;
use core::panic::AssertUnwindSafe;
use core::pin::pin;
use std::panic::catch_unwind;

/// `None` where the future panics. It is not polled again after that.
pub(crate) async fn caught<F: Future>(future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    poll_fn(move |context| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
        Ok(poll) => poll.map(Some),
        Err(_panic) => core::task::Poll::Ready(None),
    })
    .await
}
