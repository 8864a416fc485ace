//! The names that leaves of a rule compare.

use core::fmt;

/// One scope token: printable ASCII without space, `"` and `\` (RFC 6749 §3.3).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ScopeToken(&'static str);

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
        Self(name)
    }

    /// The scope token's text.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        self.0
    }
}

impl fmt::Display for ScopeToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// The name of a role or of a permission: any text that is not empty.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct GrantName(&'static str);

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
        Self(name)
    }

    /// The name's text.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        self.0
    }
}

impl fmt::Display for GrantName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}
