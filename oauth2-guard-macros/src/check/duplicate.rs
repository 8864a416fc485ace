//! What is said twice in one group.

use proc_macro2::Span;
use quote::ToTokens;
use syn::Error;
use syn::spanned::Spanned;

use crate::ast::{Group, Requirement, Value, Word};
use crate::errors::Errors;
use crate::messages;
use crate::model::Leaf;

/// Of requirements: kinds, and what else may be written once or is the same.
pub(super) fn report_requirements(word: Word, requirements: &[Requirement], errors: &mut Errors) {
    // `not` takes one: that is the mistake then.
    if word == Word::Not {
        return;
    }
    let mut seen: Vec<&Requirement> = Vec::new();
    for requirement in requirements {
        let found = seen.iter().find_map(|first| duplicate(word, first, requirement));
        match found {
            Some((span, message)) => errors.push(Error::new(span, message)),
            None => seen.push(requirement),
        }
    }
}

fn duplicate(word: Word, first: &Requirement, second: &Requirement) -> Option<(Span, String)> {
    let is_same = |first, second| leaf(first) == leaf(second);
    match (first, second) {
        (Requirement::Grants(first), Requirement::Grants(second)) if first.kind == second.kind => {
            let values = [&first.value, &second.value];
            Some((second.key.span(), messages::duplicate_key(word, second.kind, &second.key, values)))
        }
        (Requirement::Principal(_), Requirement::Principal(second)) => {
            Some((second.key.span(), messages::duplicate_principal()))
        }
        (Requirement::MaxAge(first), Requirement::MaxAge(second)) => {
            let values = [&first.value, &second.value].map(|value| value.value());
            let message = messages::duplicate_max_age(word, values.each_ref().map(String::as_str));
            Some((second.key.span(), message))
        }
        (Requirement::Claim(_), Requirement::Claim(claim)) if is_same(first, second) => {
            Some((claim.key.span(), messages::duplicate_requirement(second)))
        }
        (Requirement::Check(_), Requirement::Check(check)) if is_same(first, second) => {
            Some((check.key.span(), messages::duplicate_requirement(second)))
        }
        (Requirement::Policy(_), Requirement::Policy(path)) if is_same(first, second) => {
            Some((path.span(), messages::duplicate_requirement(second)))
        }
        (Requirement::Owner(_), Requirement::Owner(owner)) if is_same(first, second) => {
            Some((owner.key.span(), messages::duplicate_owner(&owner.owner.parameter)))
        }
        _ => None,
    }
}

/// What is compared: the same owner cannot hide once, and not hide once.
fn leaf(requirement: &Requirement) -> Option<Leaf> {
    match requirement {
        Requirement::Check(check) => Some(Leaf::Check(check.path.clone())),
        Requirement::Claim(claim) => Some(Leaf::Claim(claim.reference.clone(), claim.expected.clone())),
        Requirement::Owner(written) => Some(Leaf::Owner(written.owner.clone()).without_hide()),
        Requirement::Policy(path) => Some(Leaf::Policy(path.clone())),
        _ => None,
    }
}

/// Of values in a group.
pub(super) fn report_values(group: &Group<Value>, errors: &mut Errors) {
    if group.word == Word::Not {
        return;
    }
    let mut seen: Vec<String> = Vec::new();
    for member in &group.members {
        // `"a"` and `r"a"` are the same.
        let (text, tokens) = match member {
            Value::Literal(literal) => (format!("{:?}", literal.value()), literal.to_token_stream()),
            Value::Const(path) => (member.to_string(), path.to_token_stream()),
            Value::Group(_) | Value::Mistake => continue,
        };
        if seen.contains(&text) {
            errors.push(Error::new_spanned(tokens, messages::duplicate_value(member)));
        } else {
            seen.push(text);
        }
    }
}
