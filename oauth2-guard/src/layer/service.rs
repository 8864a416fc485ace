use core::future::poll_fn;
use core::task::{Context, Poll};
use std::sync::Arc;

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
    /// Shared, as a router may make the service anew for every request.
    admission: Arc<Admission>,
}

impl<S> GuardService<S> {
    pub(super) fn new(inner: S, admission: Arc<Admission>) -> Self {
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
        let attempt = match attempt {
            Attempt::Decided(decided) if !after.is_later() => {
                return match self.admission.admit(decided, &mut request) {
                    Ok(()) => ResponseFuture::inner(self.inner.call(request), after),
                    Err(rejection) => ResponseFuture::refused(after.finish(rejection.into_response())),
                };
            }
            other => other,
        };
        let (mut inner, is_ready) = match &attempt {
            Attempt::Decided(_) => (self.take_ready(), true),
            // Nothing of the inner service is held by who waits for keys: it may be limited.
            Attempt::Undecided(_) => (self.inner.clone(), false),
        };
        let admission = Arc::clone(&self.admission);
        let is_public = admission.is_public(&request);
        ResponseFuture::waiting(async move {
            let decided = match attempt {
                Attempt::Decided(decided) => decided,
                Attempt::Undecided(undecided) => admission.decide_later(undecided, is_public).await,
            };
            let answer = match admission.admit(decided, &mut request) {
                Ok(()) => {
                    if !is_ready {
                        poll_fn(|context| inner.poll_ready(context)).await?;
                    }
                    inner.call(request).await?.into_response()
                }
                Err(rejection) => rejection.into_response(),
            };
            Ok(after.finish_later(answer).await)
        })
    }
}

impl<S: Clone> GuardService<S> {
    /// The service that is ready answers; its clone may not be.
    fn take_ready(&mut self) -> S {
        let next = self.inner.clone();
        core::mem::replace(&mut self.inner, next)
    }
}
