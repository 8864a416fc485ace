use crate::extract::{Guard, Public};
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

/// What stands before the other arguments of a guarded handler.
pub trait GuardArgument: sealed::Sealed {
    #[doc(hidden)]
    fn granted() -> Self;
}

impl<P: Policy> GuardArgument for Guard<P> {
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
    impl Sealed for crate::extract::Public {}
}
