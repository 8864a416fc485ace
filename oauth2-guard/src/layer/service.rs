use core::future::poll_fn;
use core::task::{Context, Poll};

use axum::response::{IntoResponse, Response};
use http::Request;
use tower_service::Service;

use super::admission::Admission;
use super::future::ResponseFuture;
use crate::authentication::Attempt;

/// The service that [`GuardLayer`](super::GuardLayer) makes of another one.
#[derive(Clone, Debug)]
pub struct GuardService<S> {
    inner: S,
    admission: Admission,
}

impl<S> GuardService<S> {
    pub(super) fn new(inner: S, admission: Admission) -> Self {
        Self { inner, admission }
    }
}

impl<S, B> Service<Request<B>> for GuardService<S>
where
    S: Service<Request<B>> + Clone + Send + 'static,
    S::Response: IntoResponse,
    S::Error: 'static,
    S::Future: Send + 'static,
    B: Send + 'static,
{
    type Response = Response;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future, S::Error>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let (attempt, after) = self.admission.attempt(&request);
        match attempt {
            Attempt::Decided(decided) => match self.admission.admit(decided, &mut request) {
                // The service that is ready answers; its clone may not be.
                Ok(()) => {
                    let next = self.inner.clone();
                    ResponseFuture::inner(core::mem::replace(&mut self.inner, next).call(request), after)
                }
                Err(rejection) => ResponseFuture::refused(rejection.into_response()),
            },
            Attempt::Undecided(undecided) => {
                // Nothing of the inner service is held by who waits for keys: it may be limited.
                let mut inner = self.inner.clone();
                let admission = self.admission.clone();
                ResponseFuture::waiting(async move {
                    let decided = admission.decide_later(undecided).await;
                    match admission.admit(decided, &mut request) {
                        Ok(()) => {
                            poll_fn(|context| inner.poll_ready(context)).await?;
                            inner.call(request).await.map(|answer| after.finish(answer.into_response()))
                        }
                        Err(rejection) => Ok(rejection.into_response()),
                    }
                })
            }
        }
    }
}
