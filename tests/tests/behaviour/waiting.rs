//! Who waits, and who does not.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use oauth2_guard::ResourceServer;

/// The status, or 200.
pub(crate) async fn status(server: &ResourceServer, token: &str) -> u16 {
    server.verify(token).await.err().map_or(200, |rejection| rejection.status().as_u16())
}

/// The same, where it is known when it is asked for first: nobody is waited for.
pub(crate) async fn at_once(server: &ResourceServer, token: &str) -> u16 {
    match polled(status(server, token), 1).await {
        Some(status) => status,
        None => panic!("it waits"),
    }
}

/// What comes of it when it is polled so often, whenever it asks to be; then it is dropped.
pub(crate) async fn polled<T>(future: impl Future<Output = T>, mut times: usize) -> Option<T> {
    let mut future = pin!(future);
    poll_fn(|context| {
        if times == 0 {
            return Poll::Ready(None);
        }
        times -= 1;
        match future.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if times == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}
