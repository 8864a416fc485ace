use crate::extract::{Guard, OpenGuard, Owned, Public};
use crate::ownership::HasOwner;
use crate::policy::Policy;

/// The argument that [`requires`](macro@crate::requires) and [`public`](macro@crate::public) put before those of a handler,
/// for a direct call: the handler is tested, its rule is not asked.
///
/// ```
/// use oauth2_guard::{requires, testing::granted};
///
/// #[requires(roles = "admin")]
/// async fn double(number: String) -> String {
///     number.repeat(2)
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// assert_eq!(double(granted(), "7".to_owned()).await, "77");
/// # }
/// ```
#[must_use]
pub fn granted<G: GuardArgument>() -> G {
    G::granted()
}

/// An object for a direct call of a handler that takes it as [`Owned`], which is what [`requires`](macro@crate::requires) makes of an
/// argument that `owner(..)` names.
///
/// ```
/// use axum::extract::Path;
/// use oauth2_guard::{requires, testing::{granted, owned}};
///
/// #[requires(owner(user))]
/// async fn greet(user: Path<String>) -> String {
///     format!("hello {}", user.0)
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// assert_eq!(greet(granted(), owned(Path("alice".to_owned()))).await, "hello alice");
/// # }
/// ```
#[must_use]
pub fn owned<T: HasOwner, P: Policy, const N: usize>(object: T) -> Owned<T, P, N> {
    Owned::untested(object)
}

/// What stands before the other arguments of a guarded handler.
#[diagnostic::on_unimplemented(
    message = "`granted()` makes the argument that `#[requires]` or `#[public]` adds, not a `{Self}`",
    label = "not such an argument",
    note = "it comes first, and once; for an argument that `owner(..)` names there is `owned(object)`"
)]
pub trait GuardArgument: sealed::Sealed {
    #[doc(hidden)]
    fn granted() -> Self;
}

impl<P: Policy> GuardArgument for Guard<P> {
    fn granted() -> Self {
        Self::untested()
    }
}

impl<P: Policy> GuardArgument for OpenGuard<P> {
    fn granted() -> Self {
        Self::untested()
    }
}

impl GuardArgument for Public {
    fn granted() -> Self {
        Self::untested()
    }
}

mod sealed {
    #[expect(unnameable_types, reason = "nobody else implements it")]
    pub trait Sealed {}

    impl<P: crate::policy::Policy> Sealed for crate::extract::Guard<P> {}
    impl<P: crate::policy::Policy> Sealed for crate::extract::OpenGuard<P> {}
    impl Sealed for crate::extract::Public {}
}
