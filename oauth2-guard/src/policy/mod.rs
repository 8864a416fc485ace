//! Who may call what: rules, the grants of a token, and the one evaluator that holds them together.
//!
//! A [`Rule`] is plain data. The attribute [`requires`](macro@crate::requires) emits one as a constant;
//! under a name of its own it is the [`RULE`](Policy::RULE) of a [`Policy`]. Nothing here knows of HTTP.
//!
//! Evaluation is three-valued: a leaf about a claim that is there but cannot be read, about a name that the token's provider may
//! not grant, about an object that is not loaded or a check that was not answered is *unknown*, `not` of unknown is unknown, and what is unknown in the end denies.
//!
//! ```
//! use oauth2_guard::{Policy, policy};
//! use oauth2_guard::policy::Grants;
//!
//! #[policy(scopes = "articles:write", roles = "editor")]
//! struct Editor;
//!
//! let grants = Grants::new(["articles:write"], ["editor"], []);
//! assert!(Editor::RULE.evaluate(&grants).is_ok());
//!
//! let denial = Editor::RULE.evaluate(&Grants::new([], ["editor"], [])).unwrap_err();
//! assert_eq!(denial.scope().as_deref(), Some("articles:write"));
//! assert_eq!(denial.to_string(), r#"not met: scopes = "articles:write""#);
//! ```

mod check;
mod claim;
mod denial;
mod display;
mod evaluate;
mod evidence;
mod grants;
mod held;
mod hierarchy;
mod name;
mod named;
mod names;
mod outlook;
mod owner;
mod principal;
mod question;
#[cfg(test)]
mod reference;
mod remedy;
mod role;
mod rule;
mod scopes;

pub use self::check::{Check, CheckId};
pub use self::claim::{ClaimRule, Expected};
pub use self::denial::{Denial, StepUp};
pub(crate) use self::display::AllOf;
pub(crate) use self::evidence::{Answers, Evidence, Token};
pub use self::grants::Grants;
pub(crate) use self::grants::{is_of_scope_token, is_scope_token};
pub(crate) use self::held::Held;
pub(crate) use self::hierarchy::RoleHierarchy;
pub use self::name::{GrantName, ScopeToken};
pub use self::named::Named;
pub(crate) use self::outlook::Outlook;
pub use self::owner::OwnerRule;
pub use self::principal::Principal;
pub(crate) use self::principal::PrincipalOf;
pub(crate) use self::question::Standing;
pub use self::role::Role;
pub use self::rule::{Policy, Rule};
