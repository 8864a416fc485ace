//! What expanded code may name, and nobody else: it changes without notice.

pub use axum::extract::FromRequestParts;
pub use http::request::Parts;

pub use crate::check::{Ask, AskOne, Checks, ChecksOf, IntoVerdict, Verdict};
pub use crate::extract::{
    Guard, IntoLoaded, LoadRejection, OpenGuard, Owned, Public, argument, extract, load, names_no_owner,
};
pub use crate::ownership::{Bearer, HasOwner, OwnerId};
pub use crate::policy::{Check, CheckId, Expected, Named, Policy, Principal, Rule};

use crate::policy::OwnerRule;

/// What a check returned.
pub fn verdict(answer: impl IntoVerdict) -> Verdict {
    answer.into_verdict()
}

/// The leaf about the object of this number among the arguments.
#[must_use]
pub const fn owner(object: usize, parameter: &'static str, claim: Option<&'static str>, hide: bool) -> Rule {
    Rule::Owner(OwnerRule::new(object, parameter, claim, hide))
}
