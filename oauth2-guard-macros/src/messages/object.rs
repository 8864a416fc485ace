//! `owner(..)` and `claim(..)`.

use core::fmt::Display;

use proc_macro2::Ident;

use crate::ast::{Value, Word};
use crate::suggestion;

// How they are written.

/// `owner`, `owner = article`
pub(crate) fn owner_without_parentheses(parameter: Option<&Ident>) -> String {
    match parameter {
        Some(parameter) => format!("write `owner({parameter})`"),
        None => owner_of_nothing(),
    }
}

pub(crate) fn owner_of_nothing() -> String {
    "the owner of what? write the name of the argument that loads it, as in `owner(article)`".to_owned()
}

pub(crate) fn owner_of_text(name: &str) -> String {
    format!("an argument is named without quotes: write `owner({name})`")
}

/// `&article`, `article: Article`
pub(crate) fn owner_of_pattern(parameter: &Ident) -> String {
    format!("an argument is named by its name alone: write `owner({parameter})`")
}

/// `article.author`
pub(crate) fn owner_of_expression(parameter: &Ident) -> String {
    format!(
        "`owner(..)` takes the name of one argument: write `owner({parameter})`, and name the field with `#[owner]` where \
         the type is declared"
    )
}

/// `owner(hide, article)`
pub(crate) fn owner_behind_option(parameter: &Ident, option: &Ident) -> String {
    format!("the argument comes first: write `owner({parameter}, {option})`")
}

pub(crate) fn expected_owner_option(found: impl Display) -> String {
    format!("expected `claim = \"name\"` or `hide`, found {found}")
}

pub(crate) fn unknown_owner_option(word: &Ident) -> String {
    match suggestion::nearest_of(&word.to_string(), OWNER_OPTIONS) {
        Some(option) => {
            format!("unknown word `{word}`, did you mean `{option}`? (expected `claim = \"name\"` or `hide`)")
        }
        None => format!(
            "unknown word `{word}` (expected `claim = \"name\"` or `hide`): for another object write another \
             `owner({word})`"
        ),
    }
}

pub(crate) fn owner_claim() -> String {
    "the claim that names the owner is a string: write, for example, `claim = \"email\"`".to_owned()
}

pub(crate) fn hide_with_value() -> String {
    "`hide` has no value: write `hide`, or remove it".to_owned()
}

pub(crate) fn duplicate_word(word: &Ident) -> String {
    format!("`{word}` is given twice: remove one")
}

/// `claim`, `claim = "email"`
pub(crate) fn claim_without_parentheses() -> String {
    "name the claim and its value: write, for example, `claim(\"department\") == \"sales\"`".to_owned()
}

/// `claim(email)`
pub(crate) fn claim_of_no_string(name: Option<&Ident>) -> String {
    match name {
        Some(name) => format!("a claim is named by a string: write `claim(\"{name}\")`"),
        None => "a claim is named by a string: write, for example, `claim(\"department\")`".to_owned(),
    }
}

/// `claim("a", "b")`
pub(crate) fn claim_of_several(first: &str, second: Option<String>) -> String {
    match second {
        Some(second) => format!(
            "one name stands in parentheses: write `claim({first}) == {second}` for a value, or `\"/a/b\"` for the path to a \
             claim"
        ),
        None => "one name stands in parentheses: write the path to a claim as in `\"/a/b\"`".to_owned(),
    }
}

/// `"gold" == claim("tier")`
pub(crate) fn claim_behind_value(claim: &str, value: &str) -> String {
    format!("the claim comes first: write `{claim} == {value}`")
}

pub(crate) fn claim_without_value(reference: &str) -> String {
    format!("compare the claim with a value: write, for example, `claim({reference}) == \"value\"`")
}

pub(crate) fn claim_equals_sign(reference: &str, written: &str) -> String {
    format!("write `claim({reference}) == ..`, not `claim({reference}){written} ..`")
}

pub(crate) fn claim_unequal(reference: &str) -> String {
    format!("write `not(claim({reference}) == ..)`, not `claim({reference}) != ..`")
}

pub(crate) fn claim_operator(reference: &str, found: impl Display) -> String {
    format!(
        "a claim is compared with `==` alone, found {found}: write `claim({reference}) == ..`, or a function with `#[check]`"
    )
}

pub(crate) fn claim_expected(text: Option<&str>) -> String {
    match text {
        Some(text) => format!("a claim is compared with text, not with that: write `{text}`"),
        None => format!("a claim is compared with {EXPECTED}"),
    }
}

/// `any("a", "b")`, `["a", "b"]`
pub(crate) fn claim_with_group(reference: &str, word: Word, values: &[Value]) -> String {
    let claims: Vec<String> = values.iter().map(|value| format!("claim({reference}) == {value}")).collect();
    format!("write `{word}({})`", claims.join(", "))
}

pub(crate) fn claim_with_const() -> String {
    format!("a claim is compared with a value that is written out: {EXPECTED}")
}

pub(crate) fn claim_null() -> String {
    format!("a claim that is null is as one that is missing: compare it with {EXPECTED}")
}

pub(crate) fn claim_fraction() -> String {
    format!("fractions are not compared exactly: a claim is compared with {EXPECTED}")
}

pub(crate) fn claim_with_braces(name: &str) -> String {
    format!(
        "for the route's parameter write `path(\"{name}\")`: this would be the text itself, with its braces"
    )
}

pub(crate) fn claim_with_suffix(digits: &str) -> String {
    format!("a claim has no type of Rust: write `{digits}`")
}

pub(crate) fn claim_too_large() -> String {
    "the number does not fit in 64 bits: write it as text if the claim is text, or a function with `#[check]`"
        .to_owned()
}

pub(crate) fn path_of_no_string(name: Option<&Ident>) -> String {
    match name {
        Some(name) => format!("the route's parameter is named by a string: write `path(\"{name}\")`"),
        None => {
            "the route's parameter is named by a string: write, for example, `path(\"tenant\")`".to_owned()
        }
    }
}

// What the handler has to do with it.

pub(crate) fn unknown_argument(parameter: &Ident, suggestion: Option<&str>) -> String {
    match suggestion {
        Some(name) => format!("no argument `{parameter}`, did you mean `{name}`?"),
        None => format!(
            "no argument `{parameter}`: add one that loads the object, as in `{parameter}: Article` with `#[loader]`"
        ),
    }
}

pub(crate) fn argument_of_same_name(parameter: &Ident) -> String {
    format!("more than one argument has the name `{parameter}`: give them different names")
}

pub(crate) fn argument_with_cfg(parameter: &Ident) -> String {
    format!(
        "`{parameter}` can be left out by `#[cfg]`, and its owner with it: put `#[cfg]` on the whole handler, and \
         write one for each case"
    )
}

pub(crate) fn argument_by_reference(parameter: &Ident) -> String {
    format!("`{parameter}` is bound by `ref`: bind it by its name alone, and borrow it in the body")
}

pub(crate) fn argument_among_others(parameter: &Ident, argument: &str) -> String {
    format!(
        "`{parameter}` is one of several names in `{argument}`: bind the whole argument to one name, of a type with \
         `#[derive(HasOwner)]`, and take it apart in the body"
    )
}

pub(crate) fn argument_from_caller(parameter: &Ident, written: &str) -> String {
    format!(
        "`{parameter}` is a `{written}`, and what the caller typed proves nothing: load the object with `#[loader]`"
    )
}

/// `#[requires(T)] async fn handler<T>()`
pub(crate) fn generic_in_rule(parameter: &Ident, handler: &Ident, instead: &str) -> String {
    format!(
        "`{parameter}` is a generic parameter of `{handler}`, which has one rule for all of them: write the path \
         of a {instead} outside of it"
    )
}

pub(crate) fn several_objects_of_policy(parameter: &Ident, first: &Ident) -> String {
    format!(
        "a policy is about one object, and this one is about `{first}` already: write `owner({first})`, or \
         `owner({parameter})` in a policy of its own"
    )
}

pub(crate) const OWNER_OPTIONS: &[&str] = &["claim", "hide"];

const EXPECTED: &str = "a string, an integer, `true`, `false` or `path(\"parameter\")`";
