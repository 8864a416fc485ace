use core::fmt;
use core::pin::Pin;
use core::task::{Context, Poll, ready};

use axum::response::{IntoResponse, Response};
use pin_project_lite::pin_project;

use super::after::After;

pin_project! {
    /// The response of [`GuardService`](super::GuardService).
    pub struct ResponseFuture<F, E> {
        #[pin]
        kind: Kind<F, E>,
    }
}

type Waiting<E> = Pin<Box<dyn Future<Output = Result<Response, E>> + Send>>;

pin_project! {
    #[project = KindProjection]
    enum Kind<F, E> {
        Inner { #[pin] future: F, after: After },
        Refused { answer: Option<Response> },
        Waiting { future: Waiting<E> },
    }
}

impl<F, E> ResponseFuture<F, E> {
    pub(super) fn inner(future: F, after: After) -> Self {
        Self { kind: Kind::Inner { future, after } }
    }

    pub(super) fn refused(answer: Response) -> Self {
        Self { kind: Kind::Refused { answer: Some(answer) } }
    }

    pub(super) fn waiting(future: impl Future<Output = Result<Response, E>> + Send + 'static) -> Self {
        Self { kind: Kind::Waiting { future: Box::pin(future) } }
    }
}

impl<F, R, E> Future for ResponseFuture<F, E>
where
    F: Future<Output = Result<R, E>>,
    R: IntoResponse,
{
    type Output = Result<Response, E>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project().kind.project() {
            KindProjection::Inner { future, after } => {
                let answer = ready!(future.poll(context));
                let after = core::mem::take(after);
                Poll::Ready(answer.map(|answer| after.finish(answer.into_response())))
            }
            // Like any future, it is not polled again once it is done.
            KindProjection::Refused { answer } => {
                answer.take().map_or(Poll::Pending, |answer| Poll::Ready(Ok(answer)))
            }
            KindProjection::Waiting { future } => future.as_mut().poll(context),
        }
    }
}

impl<F, E> fmt::Debug for ResponseFuture<F, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
