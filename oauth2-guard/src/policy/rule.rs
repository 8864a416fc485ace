use core::time::Duration;

use super::check::{Check, CheckId};
use super::claim::{ClaimRule, Expected};
use super::name::{GrantName, ScopeToken};
use super::named::Named;
use super::owner::OwnerRule;
use super::principal::Principal;

/// A named rule: what [`Guard<P>`](crate::Guard) enforces.
///
/// [`#[policy]`](macro@crate::policy) implements it for a type of the user's own, [`#[requires]`](macro@crate::requires) for a
/// hidden one beside each handler. By hand it takes two lines:
///
/// ```
/// use oauth2_guard::{Guard, Policy, policy::Rule};
///
/// struct Admin;
///
/// impl Policy for Admin {
///     type Checks = ();
///     const RULE: Rule = Rule::role("admin");
/// }
///
/// async fn shutdown(_: Guard<Admin>) {}
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a policy",
    label = "not a policy",
    note = "name a rule with `#[policy(..)] struct Name;`"
)]
pub trait Policy: Send + Sync + 'static {
    /// The checks that the rule names, and those of the policies that it names: `()` where there are none. One that is not
    /// among them is never asked, so that its leaf stays unknown.
    type Checks;

    /// What must hold of a request. It is evaluated after the token was verified, never instead of that.
    const RULE: Rule;
}

/// What must hold of a request with a verified token: the one model of an authorization rule.
///
/// Rules are constants: every part is `'static`, so that evaluating one allocates nothing.
/// [`Display`](core::fmt::Display) prints the language of [`requires`](macro@crate::requires); of a token alone, which has no word there, `any
/// valid token`.
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
    /// The provider of this [name](crate::Provider::name) vouched for the token. Unknown where the server has none of that name.
    Provider(GrantName),
    /// The token is a person's, or a client's own. Unknown where the claims do not tell.
    Principal(Principal),
    /// The log-in was of this authentication context class: the claim `acr` (RFC 9470 §4).
    Acr(ScopeToken),
    /// The log-in (`auth_time`) is no longer ago than this, the provider's leeway aside. Unknown where the token does not say.
    MaxAge(Duration),
    /// A claim has this value.
    Claim(ClaimRule),
    /// The bearer owns the object that the handler takes.
    Owner(OwnerRule),
    /// A function of the application says so.
    Check(CheckId),
    /// The rule of a policy, with its name.
    Named(&'static Named),
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

    /// The provider of this [name](crate::Provider::name) vouched for the token.
    ///
    /// # Panics
    ///
    /// When `name` is empty. In a constant that is a compile error.
    ///
    /// ```
    /// # use oauth2_guard::policy::Rule;
    /// const RULE: Rule = Rule::provider("staff");
    /// # let _ = RULE;
    /// ```
    #[must_use]
    pub const fn provider(name: &'static str) -> Self {
        Self::Provider(GrantName::new(name))
    }

    /// The log-in was of the authentication context class `value`. Where that is all that a token lacks, the answer asks for
    /// another log-in (RFC 9470 §3).
    ///
    /// # Panics
    ///
    /// When `value` is empty, or has characters that do not fit the space-separated list of a challenge. In a constant that is a
    /// compile error.
    ///
    /// ```
    /// # use oauth2_guard::policy::Rule;
    /// const RULE: Rule = Rule::acr("phrh");
    /// # let _ = RULE;
    /// ```
    #[must_use]
    pub const fn acr(value: &'static str) -> Self {
        Self::Acr(ScopeToken::new(value))
    }

    /// The log-in is no longer ago than `seconds`. Where that is all that a token lacks, the answer asks for another log-in
    /// (RFC 9470 §3).
    ///
    /// # Panics
    ///
    /// When `seconds` is 0: no log-in is that new. In a constant that is a compile error.
    ///
    /// ```
    /// # use oauth2_guard::policy::Rule;
    /// const RULE: Rule = Rule::max_age(15 * 60);
    /// assert_eq!(RULE.to_string(), r#"max_age = "15m""#);
    /// ```
    #[must_use]
    #[expect(clippy::panic, reason = "meant for constants, where it is the compile error")]
    pub const fn max_age(seconds: u64) -> Self {
        if seconds == 0 {
            panic!("no log-in is 0 s old");
        }
        Self::MaxAge(Duration::from_secs(seconds))
    }

    /// The claim at `reference`, a name or a JSON Pointer over object members (`/realm_access/tier`), has the value
    /// `expected`.
    ///
    /// # Panics
    ///
    /// When `reference` is none. In a constant that is a compile error.
    ///
    /// ```
    /// use oauth2_guard::policy::{Expected, Rule};
    ///
    /// const RULE: Rule = Rule::claim("tenant", Expected::Path("tenant"));
    /// assert_eq!(RULE.to_string(), r#"claim("tenant") == path("tenant")"#);
    /// ```
    #[must_use]
    pub const fn claim(reference: &'static str, expected: Expected) -> Self {
        Self::Claim(ClaimRule::new(reference, expected))
    }

    /// The bearer owns the object that the handler takes as [`Owned<T, P>`](crate::Owned), which `name` stands for in what is
    /// printed.
    ///
    /// ```
    /// use oauth2_guard::{HasOwner, Owned, Policy, policy::Rule};
    ///
    /// struct MayEdit;
    ///
    /// impl Policy for MayEdit {
    ///     type Checks = ();
    ///     const RULE: Rule = Rule::Any(&[Rule::role("editor"), Rule::owner("user")]);
    /// }
    ///
    /// async fn edit(Owned(user, ..): Owned<axum::extract::Path<String>, MayEdit>) {}
    /// # let _ = axum::routing::put::<_, _, ()>(edit);
    /// ```
    #[must_use]
    pub const fn owner(name: &'static str) -> Self {
        Self::Owner(OwnerRule::new(0, name, None, false))
    }

    /// The check `C` says so. Its policy names it among its [`Checks`](Policy::Checks).
    #[must_use]
    pub const fn check<C: Check>() -> Self {
        Self::Check(CheckId::of::<C>())
    }

    /// One more than the highest number of an object that the rule asks the owner of.
    #[expect(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "bounded by the loop")]
    pub(crate) const fn objects(&self) -> usize {
        match self {
            Self::Owner(owner) => owner.object() + 1,
            Self::Named(named) => named.rule().objects(),
            Self::Not(rule) => rule.objects(),
            Self::Any(rules) | Self::All(rules) => {
                let (mut most, mut index) = (0, 0);
                while index < rules.len() {
                    let objects = rules[index].objects();
                    if objects > most {
                        most = objects;
                    }
                    index += 1;
                }
                most
            }
            _ => 0,
        }
    }

    /// The name that the rule has for an object of which it asks the owner, by the object's number.
    #[expect(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "bounded by the loop")]
    pub(crate) const fn object_name(&self, object: usize) -> Option<&'static str> {
        match self {
            Self::Owner(owner) if owner.object() == object => Some(owner.parameter()),
            Self::Named(named) => named.rule().object_name(object),
            Self::Not(rule) => rule.object_name(object),
            Self::Any(rules) | Self::All(rules) => {
                let mut index = 0;
                while index < rules.len() {
                    if let Some(name) = rules[index].object_name(object) {
                        return Some(name);
                    }
                    index += 1;
                }
                None
            }
            _ => None,
        }
    }

    /// Whether the object of this number has no other name than this one.
    #[expect(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "bounded by the loop")]
    pub(crate) const fn calls_object(&self, object: usize, name: &str) -> bool {
        match self {
            Self::Owner(owner) => owner.object() != object || is_same(owner.parameter(), name),
            Self::Named(named) => named.rule().calls_object(object, name),
            Self::Not(rule) => rule.calls_object(object, name),
            Self::Any(rules) | Self::All(rules) => {
                let mut index = 0;
                while index < rules.len() {
                    if !rules[index].calls_object(object, name) {
                        return false;
                    }
                    index += 1;
                }
                true
            }
            _ => true,
        }
    }

    /// Whether a claim is compared with a parameter of the route.
    #[expect(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "bounded by the loop")]
    pub(crate) const fn asks_path(&self) -> bool {
        match self {
            Self::Claim(claim) => matches!(claim.expected(), Expected::Path(_)),
            Self::Named(named) => named.rule().asks_path(),
            Self::Not(rule) => rule.asks_path(),
            Self::Any(rules) | Self::All(rules) => {
                let mut index = 0;
                while index < rules.len() {
                    if rules[index].asks_path() {
                        return true;
                    }
                    index += 1;
                }
                false
            }
            _ => false,
        }
    }
}

/// `==` is no `const fn`.
#[expect(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "bounded by the loop")]
const fn is_same(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    let mut index = 0;
    while index < left.len() && index < right.len() && left[index] == right[index] {
        index += 1;
    }
    index == left.len() && index == right.len()
}
