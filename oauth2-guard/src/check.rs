//! How the checks of a rule are asked. [`#[check]`](macro@crate::check) implements what is here.
//!
//! ```
//! use axum::extract::{FromRef, Path, State};
//! use oauth2_guard::{Claims, check, requires};
//! use std::{collections::HashSet, sync::Arc};
//!
//! /// Who works on which case.
//! #[derive(Clone)]
//! struct Assignments(Arc<HashSet<(String, u64)>>);
//!
//! #[check]
//! async fn is_assigned(Claims(me): Claims, Path(case): Path<u64>, State(Assignments(all)): State<Assignments>) -> bool {
//!     me.sub.is_some_and(|subject| all.contains(&(subject, case)))
//! }
//!
//! #[requires(any(roles = "supervisor", check = is_assigned))]
//! async fn read_case(Path(case): Path<u64>) -> String {
//!     format!("case {case}")
//! }
//! # let _: axum::routing::MethodRouter<Assignments> = axum::routing::get(read_case);
//! ```

use core::fmt;
use core::marker::PhantomData;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::response::{IntoResponse, Response};
use http::request::Parts;
use tokio::time::{Instant, timeout};

use crate::caught::caught;
use crate::policy::{Check, CheckId, Policy};

/// Asks a [`Check`] in a router of the state `S`.
#[diagnostic::on_unimplemented(
    message = "the check `{Self}` cannot be asked in a router of the state `{S}`",
    note = "each argument of the check must be an extractor for it: for `State<T>` write `impl FromRef<{S}> for T`"
)]
pub trait Ask<S>: Check {
    /// Extracts what the check takes, and asks it.
    fn ask(parts: &mut Parts, state: &S) -> impl Future<Output = Verdict> + Send;
}

/// A list of checks: the [`Checks`](crate::Policy::Checks) of a policy. `()` is empty, [`AskOne<C>`](AskOne) has one, and a pair has
/// those of both.
#[diagnostic::on_unimplemented(
    message = "the checks of `{Self}` cannot be asked in a router of the state `{S}`",
    note = "each argument of a check must be an extractor for it: for `State<T>` write `impl FromRef<{S}> for T`"
)]
pub trait Checks<S> {
    /// Asks `check`, if it is among them.
    fn ask(check: CheckId, parts: &mut Parts, state: &S) -> impl Future<Output = Option<Verdict>> + Send;
}

/// A list of the check `C`.
///
/// ```
/// use oauth2_guard::{Policy, check, check::AskOne, policy::Rule};
///
/// #[check]
/// async fn is_open() -> bool {
///     true
/// }
///
/// struct WhileOpen;
///
/// impl Policy for WhileOpen {
///     type Checks = AskOne<is_open>;
///     const RULE: Rule = Rule::check::<is_open>();
/// }
/// ```
#[derive(Debug)]
pub struct AskOne<C>(PhantomData<fn() -> C>);

/// The checks of the policy `P`. That it is one is not asked where the type is written: where it is none, one message says so.
#[expect(missing_debug_implementations, reason = "a list of types has no values")]
pub struct ChecksOf<P>(PhantomData<fn() -> P>);

impl<S: Sync, P: Policy<Checks: Checks<S>>> Checks<S> for ChecksOf<P> {
    async fn ask(check: CheckId, parts: &mut Parts, state: &S) -> Option<Verdict> {
        P::Checks::ask(check, parts, state).await
    }
}

impl<S: Sync> Checks<S> for () {
    async fn ask(_check: CheckId, _parts: &mut Parts, _state: &S) -> Option<Verdict> {
        None
    }
}

impl<S: Sync, C: Ask<S>> Checks<S> for AskOne<C> {
    async fn ask(check: CheckId, parts: &mut Parts, state: &S) -> Option<Verdict> {
        if check == CheckId::of::<C>() { Some(C::ask(parts, state).await) } else { None }
    }
}

impl<S: Sync, A: Checks<S>, B: Checks<S>> Checks<S> for (A, B) {
    async fn ask(check: CheckId, parts: &mut Parts, state: &S) -> Option<Verdict> {
        match A::ask(check, parts, state).await {
            None => B::ask(check, parts, state).await,
            answered => answered,
        }
    }
}

/// What came of asking a check.
#[derive(Debug)]
pub struct Verdict(Outcome);

#[derive(Debug)]
enum Outcome {
    Answered(bool),
    Failed(CheckFailure, Response),
}

impl Verdict {
    pub(crate) fn without_argument(rejection: impl IntoResponse) -> Self {
        Self(Outcome::Failed(CheckFailure::Argument, rejection.into_response()))
    }
}

/// What a check may return.
#[diagnostic::on_unimplemented(
    message = "a check cannot return `{Self}`",
    label = "not `bool`, nor `Result<bool, E>` with an `E` that is a response",
    note = "return `bool`, or `Result<bool, E>` where `E: IntoResponse`"
)]
pub trait IntoVerdict {
    /// The answer, or the response of a check that failed.
    fn into_verdict(self) -> Verdict;
}

impl IntoVerdict for bool {
    fn into_verdict(self) -> Verdict {
        Verdict(Outcome::Answered(self))
    }
}

// Of an error that is no response, it is said what a check returns.
#[diagnostic::do_not_recommend]
impl<E: IntoResponse> IntoVerdict for Result<bool, E> {
    fn into_verdict(self) -> Verdict {
        match self {
            Ok(answer) => answer.into_verdict(),
            Err(error) => Verdict(Outcome::Failed(CheckFailure::Error, error.into_response())),
        }
    }
}

/// Why a check gave no answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum CheckFailure {
    /// One of its arguments could not be extracted.
    Argument,
    /// It returned an error.
    Error,
    /// It panicked.
    Panicked,
    /// It took longer than [`check_deadline`](crate::ResourceServerBuilder::check_deadline).
    TimedOut,
    /// Its policy does not name it among its [`Checks`](crate::Policy::Checks).
    Unlisted,
}

impl fmt::Display for CheckFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Argument => "an argument of it could not be extracted",
            Self::Error => "it failed",
            Self::Panicked => "it panicked",
            Self::TimedOut => "it took too long",
            Self::Unlisted => "its policy does not name it among its `Checks`",
        })
    }
}

/// A check without an answer, with the response that it has in place of one.
#[derive(Clone)]
pub(crate) struct Failed {
    pub(crate) check: CheckId,
    pub(crate) why: CheckFailure,
    /// Shared by the copies of a request: one of them is answered.
    response: Arc<Mutex<Option<Response>>>,
}

impl Failed {
    pub(crate) fn take_response(&self) -> Option<Response> {
        self.response.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl fmt::Debug for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Failed").field("check", &self.check).field("why", &self.why).finish_non_exhaustive()
    }
}

/// Asks a check of the list `L`, and gives up after `deadline`.
pub(crate) async fn ask<L: Checks<S>, S>(
    check: CheckId,
    deadline: Duration,
    parts: &mut Parts,
    state: &S,
) -> Result<bool, Failed> {
    let begun = Instant::now();
    let asked = timeout(deadline, caught(L::ask(check, parts, state))).await;
    // Nothing ends a check that blocks its thread, and then it may have its answer ready.
    let is_late = begun.elapsed() > deadline;
    let (why, response) = match asked {
        Ok(Some(Some(Verdict(Outcome::Answered(_))))) if is_late => (CheckFailure::TimedOut, None),
        Ok(Some(Some(Verdict(Outcome::Answered(answer))))) => return Ok(answer),
        Ok(Some(Some(Verdict(Outcome::Failed(why, response))))) => (why, Some(response)),
        Ok(Some(None)) => (CheckFailure::Unlisted, None),
        Ok(None) => (CheckFailure::Panicked, None),
        Err(_elapsed) => (CheckFailure::TimedOut, None),
    };
    let is_of_the_caller = response.as_ref().is_some_and(|response| response.status().is_client_error());
    if is_of_the_caller {
        tracing::debug!(check = check.name(), "a check gave no answer: the request does not suit it");
    } else {
        tracing::error!(check = check.name(), ?why, "a check gave no answer");
    }
    Err(Failed { check, why, response: Arc::new(Mutex::new(response)) })
}
