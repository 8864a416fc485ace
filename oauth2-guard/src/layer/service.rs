use core::task::{Context, Poll};
use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use http::Request;
use tower_service::Service;

use super::future::ResponseFuture;
use crate::bearer::BearerToken;
use crate::decision::{Decision, Outcome};
use crate::extract::Passed;
use crate::rejection::{Reason, Rejection};
use crate::server::{Authentication, ResourceServer};
use crate::verify::InvalidToken;

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
        // The inner service that is ready answers; its clone may not be.
        let next = self.inner.clone();
        let mut ready = core::mem::replace(&mut self.inner, next);
        match self.admission.server.authenticate(request.headers()) {
            Authentication::UnknownKey(provider) => {
                let admission = self.admission.clone();
                let token = BearerToken::extract(request.headers()).map(|token| token.as_str().to_owned());
                ResponseFuture::waiting(async move {
                    // It was there a moment ago; were it not, an empty one is no token.
                    let token = token.unwrap_or_default();
                    let decided = admission.server.authenticate_again(&token, &provider).await;
                    match admission.admit(decided, &mut request) {
                        Ok(()) => ready.call(request).await.map(IntoResponse::into_response),
                        Err(rejection) => Ok(rejection.into_response()),
                    }
                })
            }
            decided => match self.admission.admit(decided, &mut request) {
                Ok(()) => ResponseFuture::inner(ready.call(request)),
                Err(rejection) => ResponseFuture::refused(rejection.into_response()),
            },
        }
    }
}

impl Admission {
    /// Leaves its mark in a request that goes on; turns away one that does not.
    fn admit<B>(&self, decided: Authentication, request: &mut Request<B>) -> Result<(), Rejection> {
        let claims = match decided {
            Authentication::Verified(claims) => Some(claims),
            Authentication::Anonymous if self.allow_anonymous => None,
            Authentication::Anonymous => return Err(self.refuse(Reason::NoCredentials, None)),
            Authentication::Refused { reason, provider } => {
                return Err(self.refuse(reason, provider.as_ref()));
            }
            Authentication::UnknownKey(provider) => {
                let reason = Reason::InvalidToken(InvalidToken::UnknownKey);
                return Err(self.refuse(reason, Some(&provider.name)));
            }
        };
        self.server.report(&Decision {
            outcome: if claims.is_some() { Outcome::Authenticated } else { Outcome::Anonymous },
            reason: None,
            provider: claims.as_ref().map(|claims| claims.provider()),
            rule: None,
            claims: claims.as_ref(),
        });
        Passed::new(self.server.clone(), claims).mark(request.extensions_mut());
        Ok(())
    }

    fn refuse(&self, reason: Reason, provider: Option<&Arc<str>>) -> Rejection {
        self.server.report(&Decision {
            outcome: Outcome::Refused,
            reason: Some(&reason),
            provider: provider.map(|name| &**name),
            rule: None,
            claims: None,
        });
        self.server.reject(reason)
    }
}
