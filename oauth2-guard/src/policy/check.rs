use core::any::TypeId;
use core::fmt;

/// A question that the application answers: what [`#[check]`](macro@crate::check) makes of an async function.
///
/// It says what the check is called; how it is asked is in [`Ask`](crate::check::Ask).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a check",
    label = "not a check",
    note = "a check is an `async fn` with `#[check]` above it"
)]
pub trait Check: Send + Sync + 'static {
    /// The name of the function.
    const NAME: &'static str;
}

/// Which check a leaf of a rule asks. It goes by the type alone: two of one name are two.
#[derive(Clone, Copy)]
pub struct CheckId {
    name: &'static str,
    // `TypeId::of` is no `const fn` in all versions of Rust that this crate compiles with.
    type_id: fn() -> TypeId,
}

impl CheckId {
    pub(crate) const fn of<C: Check>() -> Self {
        Self { name: C::NAME, type_id: TypeId::of::<C> }
    }

    /// The name of the function.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }
}

impl PartialEq for CheckId {
    fn eq(&self, other: &Self) -> bool {
        (self.type_id)() == (other.type_id)()
    }
}

impl Eq for CheckId {}

impl fmt::Debug for CheckId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CheckId({})", self.name)
    }
}
