//! Who may call what: rules, the grants of a token, and the one evaluator that holds them together.
//!
//! A [`Rule`] is plain data. The attribute [`requires`](macro@crate::requires) emits one as a constant;
//! written by hand it is the [`RULE`](Policy::RULE) of a [`Policy`]. Nothing here knows of HTTP.
//!
//! Evaluation is three-valued: a leaf about a claim that is there but cannot be read is
//! *unknown*, `not` of unknown is unknown, and what is unknown in the end denies.
//!
//! ```
//! use oauth2_guard::{Policy, policy::{Grants, Rule}};
//!
//! struct Editor;
//!
//! impl Policy for Editor {
//!     const RULE: Rule = Rule::All(&[Rule::scope("articles:write"), Rule::role("editor")]);
//! }
//!
//! let grants = Grants::new(["articles:write"], ["editor"], []);
//! assert!(Editor::RULE.evaluate(&grants).is_ok());
//!
//! let denial = Editor::RULE.evaluate(&Grants::new([], ["editor"], [])).unwrap_err();
//! assert_eq!(denial.scope().as_deref(), Some("articles:write"));
//! assert_eq!(denial.rule().to_string(), r#"scopes = "articles:write", roles = "editor""#);
//! ```

mod denial;
mod display;
mod evaluate;
mod grants;
mod rule;

pub use self::denial::Denial;
pub use self::grants::Grants;
pub(crate) use self::grants::{Held, is_scope_token};
pub use self::rule::{GrantName, Policy, Rule, ScopeToken};
