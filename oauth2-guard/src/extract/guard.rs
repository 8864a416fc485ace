use core::fmt;
use core::marker::PhantomData;

use axum::extract::FromRequestParts;
use http::request::Parts;

use super::deliberation::Deliberation;
use crate::check::Checks;
use crate::policy::{Policy, Rule};
use crate::rejection::Rejection;

/// Lets a request through to its handler if `P` holds of it.
///
/// [`requires`](macro@crate::requires) puts one before a handler's other arguments. Written by hand it goes first too: axum makes
/// arguments from left to right, so one before it would be made for requests that are refused.
///
/// Without a token it answers 401 whatever the rule, with one of which the rule does not hold 403, and 500 where no layer
/// stands before it. A rule about the owner of an object does not compile here, once the handler is used (`cargo build` gets that far,
/// `cargo check` does not): it takes the object, as [`Owned<T, P>`](crate::Owned).
///
/// ```
/// use oauth2_guard::{Guard, policy};
///
/// #[policy(roles = "admin")]
/// struct Admin;
///
/// async fn shutdown(_: Guard<Admin>, body: String) {}
/// # let _ = axum::routing::post::<_, _, ()>(shutdown);
/// ```
pub struct Guard<P: Policy>(PhantomData<fn() -> P>);

/// The leading argument of a handler whose rule is about objects that it takes: it denies what is decided without them, and
/// leaves the rest to the [`Owned`](crate::Owned) arguments that stand behind it.
pub struct OpenGuard<P: Policy>(PhantomData<fn() -> P>);

#[cfg(feature = "testing")]
impl<P: Policy> Guard<P> {
    /// A decision that nobody made: for calls that pass no router.
    pub(crate) fn untested() -> Self {
        Self(PhantomData)
    }
}

#[cfg(feature = "testing")]
impl<P: Policy> OpenGuard<P> {
    /// A decision that nobody made: for calls that pass no router.
    pub(crate) fn untested() -> Self {
        Self(PhantomData)
    }
}

impl<S, P> FromRequestParts<S> for Guard<P>
where
    S: Send + Sync,
    P: Policy,
    P::Checks: Checks<S>,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        const { has_no_owner(&P::RULE) };
        if !Deliberation::is_granted_by_token(parts, &P::RULE)? {
            // What asks for more is rare, and has no place in the future of every handler.
            Box::pin(Deliberation::begin::<P, S>(parts, state, 0)).await?.settle(parts)?;
        }
        Ok(Self(PhantomData))
    }
}

impl<S, P> FromRequestParts<S> for OpenGuard<P>
where
    S: Send + Sync,
    P: Policy,
    P::Checks: Checks<S>,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        let deliberation = Deliberation::begin::<P, S>(parts, state, const { P::RULE.objects() }).await?;
        deliberation.leave_open(parts);
        Ok(Self(PhantomData))
    }
}

/// # Panics
///
/// When the rule asks for an owner. In a constant that is a compile error.
#[expect(clippy::panic, reason = "meant for constants, where it is the compile error")]
const fn has_no_owner(rule: &Rule) {
    if rule.objects() > 0 {
        panic!(
            "this rule asks who owns an object, and no object is here: take it as `Owned<T, P>`, in place of `Guard<P>`"
        );
    }
}

/// # Panics
///
/// When the rule of a policy that is named in another rule asks for an owner. In a constant that is a compile error.
#[expect(clippy::panic, reason = "meant for constants, where it is the compile error")]
pub const fn names_no_owner(rule: &Rule) {
    if rule.objects() > 0 {
        panic!(
            "this policy asks who owns an object, and does not know which argument that is: write `owner(argument)` in the rule \
             itself, or take the object as `Owned<T, P>`, in place of the attribute"
        );
    }
}

impl<P: Policy> fmt::Debug for Guard<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Guard({})", P::RULE)
    }
}

impl<P: Policy> fmt::Debug for OpenGuard<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OpenGuard({})", P::RULE)
    }
}
