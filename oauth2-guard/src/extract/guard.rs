use core::fmt;
use core::marker::PhantomData;

use axum::extract::FromRequestParts;
use http::request::Parts;

use super::passed::Admitted;
use crate::policy::Policy;
use crate::rejection::Rejection;

/// Lets a request through to its handler if `P` holds of its token.
///
/// [`requires`](macro@crate::requires) puts one before a handler's other arguments. Written by hand it goes first too: axum makes
/// arguments from left to right, so one before it would be made for requests that are refused.
///
/// Without a token it answers 401 whatever the rule, with one of which the rule does not hold 403, and 500 where no layer
/// stands before it.
///
/// ```
/// use oauth2_guard::{Guard, Policy, policy::Rule};
///
/// struct Admin;
///
/// impl Policy for Admin {
///     const RULE: Rule = Rule::role("admin");
/// }
///
/// async fn shutdown(_: Guard<Admin>, body: String) {}
/// # let _ = axum::routing::post::<_, _, ()>(shutdown);
/// ```
pub struct Guard<P: Policy>(PhantomData<fn() -> P>);

impl<P: Policy> Guard<P> {
    /// A decision that nobody made: for calls that pass no router.
    #[cfg(feature = "testing")]
    pub(crate) fn untested() -> Self {
        Self(PhantomData)
    }
}

impl<S: Sync, P: Policy> FromRequestParts<S> for Guard<P> {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Rejection> {
        Admitted::of(parts)?.enforce(&P::RULE)?;
        Ok(Self(PhantomData))
    }
}

impl<P: Policy> fmt::Debug for Guard<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Guard({})", P::RULE)
    }
}
