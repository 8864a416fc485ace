//! The names that leaves of a rule compare.

use core::fmt;

/// One scope token: printable ASCII without space, `"` and `\` (RFC 6749 §3.3).
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct ScopeToken(Marked);

impl ScopeToken {
    /// # Panics
    ///
    /// When `name` is no scope token. In a constant that is a compile error.
    #[must_use]
    #[expect(clippy::panic, reason = "meant for constants, where it is the compile error")]
    #[expect(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "bounded by the loop")]
    pub const fn new(name: &'static str) -> Self {
        let bytes = name.as_bytes();
        if bytes.is_empty() {
            panic!("a scope token is not empty");
        }
        let mut index = 0;
        while index < bytes.len() {
            match bytes[index] {
                b' ' => panic!("a scope token has no space: list several scopes with `all(..)` or `any(..)`"),
                0x21 | 0x23..=0x5B | 0x5D..=0x7E => index += 1,
                _ => panic!("a scope token is printable ASCII without `\"` and `\\` (RFC 6749 section 3.3)"),
            }
        }
        Self(Marked::new(name))
    }

    /// The scope token's text.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        self.0.name
    }

    pub(super) const fn marked(&self) -> Marked {
        self.0
    }
}

impl fmt::Display for ScopeToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The name of a role or of a permission: any text that is not empty.
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct GrantName(Marked);

/// A name with its mark, which the compiler works out.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) struct Marked {
    name: &'static str,
    mark: Marks,
}

/// Names by two bits of 64 for each, in the manner of a Bloom filter: what lacks one of a name's bits has not that name. Most names are told apart so
/// without a look at them.
#[derive(Clone, Copy, Default, Eq, PartialEq)]
pub(super) struct Marks(u64);

impl GrantName {
    /// # Panics
    ///
    /// When `name` is empty. In a constant that is a compile error.
    #[must_use]
    #[expect(clippy::panic, reason = "meant for constants, where it is the compile error")]
    pub const fn new(name: &'static str) -> Self {
        if name.is_empty() {
            panic!("the name of a role or permission is not empty");
        }
        Self(Marked::new(name))
    }

    /// The name's text.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        self.0.name
    }

    pub(super) const fn marked(&self) -> Marked {
        self.0
    }
}

impl fmt::Display for GrantName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for ScopeToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ScopeToken").field(&self.as_str()).finish()
    }
}

impl fmt::Debug for GrantName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("GrantName").field(&self.as_str()).finish()
    }
}

impl Marked {
    const fn new(name: &'static str) -> Self {
        Self { name, mark: Marks::of(name) }
    }

    pub(super) const fn name(&self) -> &'static str {
        self.name
    }

    pub(super) const fn mark(&self) -> Marks {
        self.mark
    }
}

impl Marks {
    /// Of every name.
    pub(super) const ALL: Self = Self(u64::MAX);

    /// By its length and its last bytes, in which the names of one API differ.
    #[expect(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "bounded by the loop")]
    pub(super) const fn of(name: &str) -> Self {
        let bytes = name.as_bytes();
        let (mut index, mut mixed) = (bytes.len().saturating_sub(8), bytes.len() as u64);
        while index < bytes.len() {
            mixed = mixed.rotate_left(8) ^ bytes[index] as u64;
            index += 1;
        }
        // Fibonacci hashing: each of them has a part in the highest bits.
        let mixed = mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Self(1 << (mixed >> 58) | 1 << (mixed >> 52 & 63))
    }

    pub(super) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    #[inline]
    pub(super) const fn may_have(self, name: Self) -> bool {
        self.0 & name.0 == name.0
    }
}

#[cfg(test)]
mod tests {
    use super::Marks;

    #[test]
    fn names_of_one_api_have_many_marks() {
        let mut marks = Vec::new();
        for resource in ["orders", "invoices", "customers", "reports", "users"] {
            for right in ["read", "write", "delete", "admin"] {
                marks.push(Marks::of(&format!("{resource}:{right}")).0);
            }
        }
        assert!(marks.iter().all(|mark| (1..=2).contains(&mark.count_ones())));
        marks.sort_unstable();
        marks.dedup();
        assert!(marks.len() >= 19, "{} marks of 20 names", marks.len());
    }
}
