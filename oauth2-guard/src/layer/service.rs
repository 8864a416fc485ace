use core::future::poll_fn;
use core::task::{Context, Poll};

use axum::response::{IntoResponse, Response};
use http::Request;
use tower_service::Service;

use super::future::ResponseFuture;
use crate::authentication::{Authentication, Decided};
use crate::decision::Target;
use crate::extract::Passed;
use crate::rejection::Rejection;
use crate::server::ResourceServer;

/// The service that [`GuardLayer`](super::GuardLayer) makes of another one.
#[derive(Clone, Debug)]
pub struct GuardService<S> {
    inner: S,
    admission: Admission,
}

/// Decides which requests go on to the inner service.
#[derive(Clone, Debug)]
struct Admission {
    server: ResourceServer,
    allow_anonymous: bool,
}

impl<S> GuardService<S> {
    pub(super) fn new(inner: S, server: ResourceServer, allow_anonymous: bool) -> Self {
        Self { inner, admission: Admission { server, allow_anonymous } }
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
        match self.admission.server.authenticate(request.headers()) {
            Authentication::Decided(decided) => match self.admission.admit(decided, &mut request) {
                // The service that is ready answers; its clone may not be.
                Ok(()) => {
                    let next = self.inner.clone();
                    ResponseFuture::inner(core::mem::replace(&mut self.inner, next).call(request))
                }
                Err(rejection) => ResponseFuture::refused(rejection.into_response()),
            },
            Authentication::Undecided(undecided) => {
                // Nothing of the inner service is held by who waits for keys: it may be limited.
                let mut inner = self.inner.clone();
                let admission = self.admission.clone();
                ResponseFuture::waiting(async move {
                    let decided = admission.server.decide_later(undecided).await;
                    match admission.admit(decided, &mut request) {
                        Ok(()) => {
                            poll_fn(|context| inner.poll_ready(context)).await?;
                            inner.call(request).await.map(IntoResponse::into_response)
                        }
                        Err(rejection) => Ok(rejection.into_response()),
                    }
                })
            }
        }
    }
}

impl Admission {
    /// Leaves its mark in a request that goes on; turns away one that does not.
    fn admit<B>(&self, decided: Decided, request: &mut Request<B>) -> Result<(), Rejection> {
        let target = Target::of(request.method(), request.uri(), request.extensions());
        let claims = self.server.settle(decided, self.allow_anonymous, Some(target))?;
        Passed::new(self.server.clone(), claims).mark(request.extensions_mut());
        Ok(())
    }
}
