//! What a whole group of routes asks for.

use core::convert::Infallible;
use core::fmt;
use core::marker::PhantomData;
use core::pin::Pin;
use core::task::{Context, Poll};
use std::sync::Arc;

use axum::extract::{FromRequestParts, Request};
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use tower_layer::Layer;
use tower_service::Service;

use crate::check::Checks;
use crate::extract::Guard;
use crate::policy::{Policy, Rule};
use crate::rejection::Rejection;

/// A policy that every request to a group must meet.
#[derive(Clone)]
pub(super) struct Requirement {
    pub(super) rule: &'static Rule,
    gate: Arc<dyn Gate>,
}

type Admission<'a> = Pin<Box<dyn Future<Output = Result<(), Rejection>> + Send + 'a>>;

trait Gate: Send + Sync {
    fn admit<'a>(&'a self, parts: &'a mut Parts) -> Admission<'a>;
}

/// A policy, and the state that its checks take.
struct GateOf<P, T> {
    state: T,
    policy: PhantomData<fn() -> P>,
}

impl<P, T> Gate for GateOf<P, T>
where
    P: Policy,
    P::Checks: Checks<T>,
    T: Send + Sync,
{
    fn admit<'a>(&'a self, parts: &'a mut Parts) -> Admission<'a> {
        Box::pin(async { Guard::<P>::from_request_parts(parts, &self.state).await.map(drop) })
    }
}

impl Requirement {
    pub(super) fn new<P, T>(state: T) -> Self
    where
        P: Policy,
        P::Checks: Checks<T>,
        T: Send + Sync + 'static,
    {
        Self { rule: const { &P::RULE }, gate: Arc::new(GateOf::<P, T> { state, policy: PhantomData }) }
    }
}

/// # Panics
///
/// When the rule asks for an owner. In a constant that is a compile error.
#[expect(clippy::panic, reason = "meant for constants, where it is the compile error")]
pub(super) const fn has_no_owner(rule: &Rule) {
    if rule.objects() > 0 {
        panic!(
            "this rule asks who owns an object, and a group of routes has none: ask it of the routes that take one"
        );
    }
}

impl fmt::Debug for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.rule)
    }
}

/// Asks all of them, one after the other, before anything of the group.
#[derive(Clone)]
pub(super) struct GroupLayer(pub(super) Arc<[Requirement]>);

impl<S> Layer<S> for GroupLayer {
    type Service = GroupService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        GroupService { inner, requirements: Arc::clone(&self.0) }
    }
}

#[derive(Clone)]
pub(super) struct GroupService<S> {
    inner: S,
    requirements: Arc<[Requirement]>,
}

impl<S> Service<Request> for GroupService<S>
where
    S: Service<Request, Error = Infallible> + Clone + Send + 'static,
    S::Response: IntoResponse,
    S::Future: Send,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        // The service that is ready answers; its clone may not be.
        let next = self.inner.clone();
        let mut inner = core::mem::replace(&mut self.inner, next);
        let requirements = Arc::clone(&self.requirements);
        Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            for requirement in &*requirements {
                if let Err(rejection) = requirement.gate.admit(&mut parts).await {
                    return Ok(rejection.into_response());
                }
            }
            Ok(inner.call(Request::from_parts(parts, body)).await?.into_response())
        })
    }
}
