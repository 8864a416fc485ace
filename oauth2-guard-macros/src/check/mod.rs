//! The written form to the model.

mod contradiction;
mod duplicate;
mod function;
mod name;
mod object;
#[cfg(test)]
mod tests;

use core::fmt::Display;

use proc_macro2::{Ident, TokenStream};
use syn::{Error, ExprPath, Path};

use self::contradiction::Search;
pub(crate) use self::function::{arguments_of, first_argument};
pub(crate) use self::name::claim_reference;
pub(crate) use self::object::{is_body, object_of_policy, objects, report_generics};
use crate::ast::{Arguments, Check, CratePath, Grants, Group, Requirement, Value, Word};
use crate::errors::Errors;
use crate::messages;
use crate::model::{Kind, Leaf, Name, Rule};
use crate::paths::Runtime;
use crate::source::source;

/// What one attribute and those stacked below it say.
///
/// After a mistake it is less than what was written; `None` where nothing can be said.
pub(crate) struct Checked {
    pub(crate) runtime: Option<Runtime>,
    pub(crate) rule: Rule,
}

/// `stack` has the arguments of each attribute, outermost first.
pub(crate) fn check(stack: &[Arguments], errors: &mut Errors) -> Checked {
    let before = errors.count();
    let runtime = runtime(stack, errors);
    let mut search = Search::default();
    let rules = stack.iter().filter_map(|arguments| root(arguments, &mut search, errors)).collect();
    let rule = Rule::group(Word::All, rules).unwrap_or(Rule::Authenticated);
    // Each alone was searched already.
    let is_whole = stack.iter().flat_map(|arguments| &arguments.requirements).all(Requirement::is_whole);
    let written = stack.iter().map(|arguments| &arguments.tokens).find(|tokens| !tokens.is_empty());
    if let Some(written) = written
        && stack.len() > 1
        && is_whole
        && errors.count() == before
    {
        report_contradiction(&rule, written, &mut search, errors);
    }
    Checked { runtime, rule }
}

fn runtime(stack: &[Arguments], errors: &mut Errors) -> Option<Runtime> {
    let requirements = stack.iter().flat_map(|arguments| &arguments.requirements);
    let mut paths = requirements.filter_map(|requirement| match requirement {
        Requirement::Crate(path) => Some(path),
        _ => None,
    });
    let Some(first) = paths.next() else { return Some(Runtime::Default) };
    for duplicate in paths {
        errors.push(Error::new(duplicate.key.span(), messages::duplicate_crate()));
    }
    runtime_at(first.path.as_ref()?, errors)
}

/// `None` after a mistake in the path.
pub(crate) fn runtime_at(path: &Path, errors: &mut Errors) -> Option<Runtime> {
    if is_absolute(path) {
        return Some(Runtime::At(path.clone()));
    }
    errors.push(Error::new_spanned(path, messages::relative_crate_path(&source(path))));
    None
}

fn is_absolute(path: &Path) -> bool {
    let starts_at_crate = |ident: &Ident| ident == "crate" || ident == "$crate";
    path.leading_colon.is_some() || path.segments.first().is_some_and(|first| starts_at_crate(&first.ident))
}

fn root(arguments: &Arguments, search: &mut Search, errors: &mut Errors) -> Option<Rule> {
    let before = errors.count();
    duplicate::report_requirements(Word::All, &arguments.requirements, errors);
    let rules: Vec<Rule> = arguments
        .requirements
        .iter()
        .filter(|requirement| !matches!(requirement, Requirement::Crate(_)))
        .filter_map(|requirement| self::requirement(requirement, search, errors))
        .collect();
    // Of one alone its own group was searched.
    let has_several = rules.len() > 1;
    let rule = Rule::group(Word::All, rules)?;
    let is_whole = arguments.requirements.iter().all(Requirement::is_whole);
    if has_several && is_whole && errors.count() == before {
        report_contradiction(&rule, &arguments.tokens, search, errors);
    }
    Some(rule)
}

fn requirement(requirement: &Requirement, search: &mut Search, errors: &mut Errors) -> Option<Rule> {
    let leaf = match requirement {
        Requirement::Check(Check { path, .. }) => {
            report_self(path, errors);
            Leaf::Check(path.clone())
        }
        Requirement::Claim(claim) => {
            claim_reference(&claim.reference, errors);
            name::expected(&claim.expected, errors);
            Leaf::Claim(claim.reference.clone(), claim.expected.clone())
        }
        Requirement::Crate(CratePath { key, .. }) => {
            errors.push(Error::new(key.span(), messages::nested_crate()));
            return None;
        }
        Requirement::Grants(Grants { kind, value, .. }) => return self::value(*kind, value, search, errors),
        Requirement::Group(group) => {
            let before = errors.count();
            duplicate::report_requirements(group.word, &group.members, errors);
            let is_whole = group.members.iter().all(Requirement::is_whole);
            let rule =
                self::group(group, errors, |member, errors| self::requirement(member, search, errors))?;
            if is_whole && errors.count() == before {
                report_contradiction(&rule, &group.ends, search, errors);
            }
            return Some(rule);
        }
        Requirement::MaxAge(max_age) => Leaf::MaxAge(name::duration(&max_age.value, errors)?),
        Requirement::Owner(written) => {
            if let Some(claim) = &written.owner.claim {
                claim_reference(claim, errors);
            }
            Leaf::Owner(written.owner.clone())
        }
        Requirement::Policy(path) => {
            report_self(path, errors);
            Leaf::Policy(path.clone())
        }
        Requirement::Principal(written) => Leaf::Principal(written.principal),
        Requirement::Mistake => return None,
    };
    Some(Rule::Leaf(leaf))
}

fn value(kind: Kind, value: &Value, search: &mut Search, errors: &mut Errors) -> Option<Rule> {
    match value {
        Value::Literal(literal) => {
            name::grant(kind, literal, errors);
            Some(Rule::Leaf(Leaf::Grant(kind, Name::Literal(literal.clone()))))
        }
        Value::Const(path) => {
            let ExprPath { path: written, .. } = path;
            report_self(written, errors);
            report_word(path, errors);
            Some(Rule::Leaf(Leaf::Grant(kind, Name::Const(path.clone()))))
        }
        Value::Group(group) => {
            let before = errors.count();
            duplicate::report_values(group, errors);
            let is_whole = group.members.iter().all(Value::is_whole);
            let rule =
                self::group(group, errors, |member, errors| self::value(kind, member, search, errors))?;
            if is_whole && errors.count() == before {
                report_contradiction(&rule, &group.ends, search, errors);
            }
            Some(rule)
        }
        Value::Mistake => None,
    }
}

fn report_self(path: &Path, errors: &mut Errors) {
    if let Some(first) = path.segments.first().filter(|first| first.ident == "Self") {
        errors.push(Error::new(first.ident.span(), messages::self_const()));
    }
}

/// `admin` is no name of a constant: the quotes were forgotten.
fn report_word(path: &ExprPath, errors: &mut Errors) {
    let word = path.path.get_ident().map(ToString::to_string);
    if let Some(word) = word.filter(|word| word.starts_with(char::is_lowercase)) {
        let message = messages::not_a_string(Some(&format!("{word:?}")));
        errors.push(Error::new_spanned(path, message));
    }
}

fn group<T: Display>(
    group: &Group<T>,
    errors: &mut Errors,
    mut member: impl FnMut(&T, &mut Errors) -> Option<Rule>,
) -> Option<Rule> {
    let message = match (group.word, group.members.as_slice()) {
        (word, []) => Some(messages::empty_group(word)),
        (Word::Not, members @ [_, _, ..]) => Some(messages::not_of_several(members)),
        _ => None,
    };
    if let Some(message) = message {
        errors.push(Error::new_spanned(&group.ends, message));
    }
    let rules = group.members.iter().filter_map(|written| member(written, errors)).collect();
    Rule::group(group.word, rules)
}

fn report_contradiction(rule: &Rule, written: &TokenStream, search: &mut Search, errors: &mut Errors) {
    if let Some(message) = search.contradiction(rule) {
        errors.push(Error::new_spanned(written, message));
    }
}
