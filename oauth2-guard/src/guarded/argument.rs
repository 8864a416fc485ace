//! What tells a guarded handler from others: the type of its first argument.

use crate::extract::{Guard, OpenGuard, Owned, Public};
use crate::ownership::HasOwner;
use crate::policy::{Policy, Rule};

/// The types of a handler's arguments, as axum's [`Handler<T, S>`](axum::handler::Handler) has them in `T`.
#[diagnostic::on_unimplemented(
    message = "nothing says who may call this: it is no function of extractors",
    label = "takes no guard",
    note = "make it an `async fn` and write `#[requires(..)]` above it, `#[requires]` for any valid token, or `#[public]`",
    note = "what cannot have a guard, such as a service, is added with `.route_unguarded(..)`"
)]
pub trait Arguments: sealed::Sealed {
    /// That of the first one.
    type First;
}

/// Of a handler without arguments.
#[expect(missing_debug_implementations, reason = "it has no values")]
#[non_exhaustive]
pub enum Nothing {}

/// A handler that says who may call it: its first argument, of type `First`, is a guard.
///
/// [`#[requires]`](macro@crate::requires) and [`#[public]`](macro@crate::public) put it there; a [`Guard<P>`](Guard) and an
/// [`Owned<T, P>`](Owned) may be written by hand.
#[diagnostic::on_unimplemented(
    message = "nothing says who may call `{Self}`",
    label = "this handler has no guard, or not as its first argument",
    note = "write `#[requires(..)]` above it, as in `#[requires(scopes = \"orders:read\")]`, `#[requires]` for any valid token, or `#[public]`",
    note = "a guard that is written by hand, `Guard<P>` or `Owned<T, P>`, is the first argument"
)]
pub trait Guarded<First>: sealed::Guarded<First> {
    /// What must hold; `None` where nobody is asked.
    #[doc(hidden)]
    const RULE: Option<&'static Rule>;
}

#[diagnostic::do_not_recommend]
impl<H, P: Policy> Guarded<Guard<P>> for H {
    const RULE: Option<&'static Rule> = Some(&P::RULE);
}

#[diagnostic::do_not_recommend]
impl<H, P: Policy> Guarded<OpenGuard<P>> for H {
    const RULE: Option<&'static Rule> = Some(&P::RULE);
}

#[diagnostic::do_not_recommend]
impl<H, T: HasOwner, P: Policy, const N: usize> Guarded<Owned<T, P, N>> for H {
    const RULE: Option<&'static Rule> = Some(&P::RULE);
}

#[diagnostic::do_not_recommend]
impl<H> Guarded<Public> for H {
    const RULE: Option<&'static Rule> = None;
}

impl sealed::Sealed for ((),) {}
impl Arguments for ((),) {
    type First = Nothing;
}

macro_rules! arguments {
    ($first:ident $($other:ident)*) => {
        impl<M, $first, $($other,)*> sealed::Sealed for (M, $first, $($other,)*) {}
        impl<M, $first, $($other,)*> Arguments for (M, $first, $($other,)*) {
            type First = $first;
        }
    };
}

arguments!(T1);
arguments!(T1 T2);
arguments!(T1 T2 T3);
arguments!(T1 T2 T3 T4);
arguments!(T1 T2 T3 T4 T5);
arguments!(T1 T2 T3 T4 T5 T6);
arguments!(T1 T2 T3 T4 T5 T6 T7);
arguments!(T1 T2 T3 T4 T5 T6 T7 T8);
arguments!(T1 T2 T3 T4 T5 T6 T7 T8 T9);
arguments!(T1 T2 T3 T4 T5 T6 T7 T8 T9 T10);
arguments!(T1 T2 T3 T4 T5 T6 T7 T8 T9 T10 T11);
arguments!(T1 T2 T3 T4 T5 T6 T7 T8 T9 T10 T11 T12);
arguments!(T1 T2 T3 T4 T5 T6 T7 T8 T9 T10 T11 T12 T13);
arguments!(T1 T2 T3 T4 T5 T6 T7 T8 T9 T10 T11 T12 T13 T14);
arguments!(T1 T2 T3 T4 T5 T6 T7 T8 T9 T10 T11 T12 T13 T14 T15);
arguments!(T1 T2 T3 T4 T5 T6 T7 T8 T9 T10 T11 T12 T13 T14 T15 T16);

mod sealed {
    use super::{Guard, HasOwner, OpenGuard, Owned, Policy, Public};

    #[expect(unnameable_types, reason = "nobody else implements it")]
    pub trait Sealed {}

    #[expect(unnameable_types, reason = "nobody else implements it")]
    pub trait Guarded<First> {}
    impl<H, P: Policy> Guarded<Guard<P>> for H {}
    impl<H, P: Policy> Guarded<OpenGuard<P>> for H {}
    impl<H, T: HasOwner, P: Policy, const N: usize> Guarded<Owned<T, P, N>> for H {}
    impl<H> Guarded<Public> for H {}
}
