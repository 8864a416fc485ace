use core::fmt;

/// A named rule: what [`Guard<P>`](crate::Guard) enforces.
///
/// [`requires`](macro@crate::requires) makes a hidden type with this trait for each handler. Implement it by
/// hand for a rule that several handlers share.
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
/// async fn shutdown(_: Guard<Admin>) {}
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a policy",
    label = "not a policy",
    note = "a policy is a type with `impl Policy for {Self} {{ const RULE: Rule = ..; }}`"
)]
pub trait Policy: Send + Sync + 'static {
    /// What must hold of a token. It is evaluated after the token was verified, never instead of that.
    const RULE: Rule;
}

/// What must hold of a verified token: the one model of an authorization rule.
///
/// Rules are constants: every part is `'static`, so that evaluating one allocates nothing.
/// [`Display`](fmt::Display) prints the language of [`requires`](macro@crate::requires).
///
/// ```
/// use oauth2_guard::policy::Rule;
///
/// const RULE: Rule = Rule::Any(&[Rule::role("admin"), Rule::Not(&Rule::scope("readonly"))]);
/// assert_eq!(RULE.to_string(), r#"any(roles = "admin", not(scopes = "readonly"))"#);
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Rule {
    /// True of every verified token.
    Authenticated,
    /// The token carries this scope token.
    Scope(ScopeToken),
    /// The token carries this role.
    Role(GrantName),
    /// The token carries this permission.
    Permission(GrantName),
    /// At least one holds. Of an empty list nothing is known, so it denies, also under [`Not`](Self::Not).
    Any(&'static [Self]),
    /// Each holds. Of an empty list nothing is known, so it denies, also under [`Not`](Self::Not).
    All(&'static [Self]),
    /// This does not hold. Never true of what could not be read.
    Not(&'static Self),
}

impl Rule {
    /// The token carries the scope token `name`.
    ///
    /// # Panics
    ///
    /// When `name` is no scope token (RFC 6749 §3.3). In a constant that is a compile error.
    ///
    /// ```compile_fail
    /// # use oauth2_guard::policy::Rule;
    /// const RULE: Rule = Rule::scope("read write");
    /// # let _ = RULE;
    /// ```
    #[must_use]
    pub const fn scope(name: &'static str) -> Self {
        Self::Scope(ScopeToken::new(name))
    }

    /// The token carries the role `name`.
    ///
    /// # Panics
    ///
    /// When `name` is empty. In a constant that is a compile error.
    ///
    /// ```
    /// # use oauth2_guard::policy::Rule;
    /// const RULE: Rule = Rule::role("orders:audit");
    /// # let _ = RULE;
    /// ```
    #[must_use]
    pub const fn role(name: &'static str) -> Self {
        Self::Role(GrantName::new(name))
    }

    /// The token carries the permission `name`.
    ///
    /// # Panics
    ///
    /// When `name` is empty. In a constant that is a compile error.
    ///
    /// ```
    /// # use oauth2_guard::policy::Rule;
    /// const RULE: Rule = Rule::permission("orders:audit");
    /// # let _ = RULE;
    /// ```
    #[must_use]
    pub const fn permission(name: &'static str) -> Self {
        Self::Permission(GrantName::new(name))
    }
}

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
