//! How it is written.

use core::fmt::Display;

use proc_macro2::Ident;
use syn::Path;

use crate::ast::{List, Value, Word};
use crate::model::Kind;
use crate::source::source;
use crate::suggestion;

pub(crate) fn expected_requirement(found: impl Display) -> String {
    format!("expected {REQUIREMENTS}, found {found}")
}

pub(crate) fn expected_value(found: impl Display) -> String {
    format!("expected {VALUES}, found {found}")
}

pub(crate) fn unknown_key(key: &Ident) -> String {
    match suggestion::word_for(key) {
        Some(word) => format!("unknown key `{key}`, did you mean `{word}`?"),
        None => format!("unknown key `{key}` (expected one of: {KEYS})"),
    }
}

pub(crate) fn unknown_call(name: &Value) -> String {
    let suggestion = match name {
        Value::Const(path) => path.path.get_ident().and_then(suggestion::group_for),
        _ => None,
    };
    match suggestion {
        Some(word) => format!("unknown word `{name}`, did you mean `{word}`? (expected {VALUES})"),
        None => format!("`{name}(..)` is not called here: expected {VALUES}"),
    }
}

pub(crate) fn macro_call(name: &Value) -> String {
    format!(
        "`{name}!` is not expanded here: write a string, or the path of a `const` that has it as its value"
    )
}

pub(crate) fn expression() -> String {
    "expressions are not evaluated here: write a string, or the path of a `const` that has it as its value"
        .to_owned()
}

pub(crate) fn equals_sign(key: &Ident, written: &str) -> String {
    format!("write `{key} = ..`, not `{key}{written} ..`")
}

pub(crate) fn unequal_sign(key: &Ident) -> String {
    format!("write `not({key} = ..)`, not `{key} != ..`")
}

pub(crate) fn no_equals_sign(key: &Ident, found: impl Display) -> String {
    format!("expected `=` after `{key}`, found {found}")
}

pub(crate) fn no_value(key: &Ident) -> String {
    format!("`{key}` has no value: write `{key} = \"name\"`")
}

/// `scopes("a", "b")`
pub(crate) fn called_key(key: &Ident, values: &[Value]) -> String {
    match values {
        [] => no_value(key),
        [value] => format!("write `{key} = {value}`"),
        several => {
            let list = List(several);
            match Kind::from_key(key) {
                Some(kind) if kind.is_single() => format!("write `{key} = any({list})`"),
                _ => format!("write `{key} = any({list})` or `{key} = all({list})`"),
            }
        }
    }
}

/// `["a", "b"]`
pub(crate) fn bare_list(values: &[Value]) -> String {
    match values {
        [] => format!("a list of nothing: expected {VALUES}"),
        [value] => format!("write `{value}` without the brackets"),
        several => {
            let list = List(several);
            format!("a list does not say how many of them are needed: write `any({list})` or `all({list})`")
        }
    }
}

/// `scopes = "a", "b"`
pub(crate) fn bare_values_after(kind: Kind, values: &[Value]) -> String {
    let (key, list) = (kind.key(), List(values));
    if kind.is_single() {
        return format!(
            "a comma starts the next requirement: for one of several write `{key} = any({list})`"
        );
    }
    format!(
        "a comma starts the next requirement: for several {key} write `{key} = all({list})` or `{key} = any({list})`"
    )
}

/// `"a"`, `"a", "b"`
pub(crate) fn bare_values(values: &[Value]) -> String {
    match values {
        [value] => {
            let kinds = [Kind::Scopes, Kind::Roles, Kind::Permissions];
            let [scopes, roles, permissions] = kinds.map(|kind| format!("`{} = {value}`", kind.key()));
            format!("is this a scope, a role or a permission? write {scopes}, {roles} or {permissions}")
        }
        several => {
            let list = List(several);
            format!("are these scopes, roles or permissions? write, for example, `roles = any({list})`")
        }
    }
}

/// `admin`, `is_open`, `ADMIN`
pub(crate) fn bare_word(path: &Path) -> String {
    let written = source(path);
    let is_upper =
        path.segments.last().is_some_and(|last| !last.ident.to_string().starts_with(char::is_lowercase));
    if is_upper {
        return format!(
            "is this a scope, a role or a permission? write `scopes = {written}`, `roles = {written}` or \
             `permissions = {written}`"
        );
    }
    match written.as_str() {
        "anonymous" | "permit_all" | "public" => {
            "a handler that needs no token has `#[public]`: write that in place of `#[requires(..)]`"
                .to_owned()
        }
        "any_token" | "authenticated" | "logged_in" | "token" => {
            format!("any valid token is what `#[requires]` alone asks for: remove `{written}`")
        }
        "client" | "user" => {
            format!("write `principal = {written}`, or `roles = {written:?}` if it is a role")
        }
        "hide" => "`hide` belongs to an owner: write, for example, `owner(article, hide)`".to_owned(),
        _ if path.segments.len() > 1 => {
            format!("is this a function with `#[check]`? write `check = {written}`")
        }
        _ => format!(
            "is this a scope, a role, a permission or a check? write `scopes = {written:?}`, `roles = {written:?}`, \
             `permissions = {written:?}` or `check = {written}`"
        ),
    }
}

/// `"roles = a"`
pub(crate) fn quoted_rule() -> String {
    "a rule has no quotes around it, but its names have: write, for example, `scopes = \"name\"`".to_owned()
}

pub(crate) fn requirement_among_values(key: &Ident) -> String {
    format!(
        "`{key} = ..` cannot stand among values: write `any(..)` or `all(..)` around requirements, \
         as in `any(scopes = \"a\", roles = \"b\")`"
    )
}

/// `roles = any("a", owner(article))`
pub(crate) fn call_among_values(word: &Ident) -> String {
    format!(
        "`{word}(..)` cannot stand among values: write `any(..)` or `all(..)` around requirements, \
         as in `any(roles = \"a\", {word}(..))`"
    )
}

pub(crate) fn not_a_string(suggestion: Option<&str>) -> String {
    match suggestion {
        Some(text) => format!("names are strings: write `{text}`"),
        None => format!("names are strings: expected {VALUES}"),
    }
}

pub(crate) fn word_without_parentheses(word: Word) -> String {
    match word {
        Word::Any | Word::All => format!("`{word}` needs parentheses: write `{word}(.., ..)`"),
        Word::Not => format!("`{word}` needs parentheses: write `{word}(..)`"),
    }
}

pub(crate) fn operator(written: &str, instead: &str) -> String {
    format!("write `{instead}`, not `{written}`")
}

pub(crate) fn behind_requirement(requirement: impl Display, found: &str) -> String {
    format!("expected a comma after `{requirement}`, found {found}")
}

/// `owner(article) == claim("email")`
pub(crate) fn behind_owner(parameter: &Ident, found: &str) -> String {
    format!(
        "expected a comma after `owner({parameter})`, found {found}: the claim that it is compared with is named as in \
         `owner({parameter}, claim = \"email\")`"
    )
}

pub(crate) fn missing_comma(next: impl Display) -> String {
    format!("expected a comma before {next}")
}

pub(crate) fn parentheses() -> String {
    "parentheses alone do not group: write `any(..)` or `all(..)`".to_owned()
}

pub(crate) fn policy_with_generics() -> String {
    "a policy is named without generics: write the path of a type that has none".to_owned()
}

/// `Admin = ..`
pub(crate) fn policy_with_value(path: &Path) -> String {
    let path = source(path);
    format!("a policy has no value: write `{path}`")
}

/// `Admin(..)`
pub(crate) fn policy_with_arguments(path: &Path) -> String {
    let path = source(path);
    format!("a policy takes no arguments: write `{path}`")
}

/// `policy = Admin`
pub(crate) fn policy_with_key(policy: Option<&Value>) -> String {
    match policy {
        Some(policy @ (Value::Const(_) | Value::Group(_))) => {
            format!("a policy stands alone: write `{policy}`")
        }
        _ => "a policy stands alone: write the path of its type, such as `Admin`".to_owned(),
    }
}

pub(crate) fn check_without_path(given: Option<&Value>) -> String {
    match given {
        Some(path @ Value::Const(_)) => format!("write `check = {path}`"),
        _ => format!("a check is the path of a function with `#[check]`: write {CHECKS}"),
    }
}

/// `check = "may_edit"`, `check = any(a, b)`
pub(crate) fn check_of(value: &Value) -> String {
    match value {
        Value::Literal(literal) => {
            let path = literal.value();
            format!("a check is a path, not a string: write `check = {path}`")
        }
        Value::Group(group) => {
            let checks: Vec<String> =
                group.members.iter().map(|member| format!("check = {member}")).collect();
            format!("write `{}({})`", group.word, List(&checks))
        }
        Value::Const(_) | Value::Mistake => check_without_path(None),
    }
}

pub(crate) fn called_check(path: &Value) -> String {
    format!("a check is not called here: write `check = {path}`")
}

pub(crate) fn check_with_generics() -> String {
    "a check is named without generics: write the path of a function that has none".to_owned()
}

pub(crate) fn max_age_without_value(given: Option<&Value>) -> String {
    match given {
        Some(Value::Literal(literal)) => format!("write `max_age = {}`", source(literal)),
        _ => "`max_age` is a time in quotes: write, for example, `max_age = \"15m\"`".to_owned(),
    }
}

/// `max_age = 5`
pub(crate) fn max_age_as_number(number: Option<&str>) -> String {
    match number {
        Some(number) => {
            let digits: String = number.chars().take_while(char::is_ascii_digit).collect();
            format!("`{number}` of which unit? write `\"{digits}m\"` or `\"{digits}s\"`")
        }
        None => max_age_without_value(None),
    }
}

/// `principal = "user"`, `principal = person`, `principal`
pub(crate) fn principal_without_value(given: Option<&Value>) -> String {
    let word = match given {
        Some(Value::Literal(literal)) => Some(literal.value()),
        Some(Value::Const(path)) => Some(source(path)),
        Some(Value::Group(group)) => {
            let principals: Vec<String> =
                group.members.iter().map(|member| format!("principal = {member}")).collect();
            return format!("write `{}({})`", group.word, List(&principals));
        }
        Some(Value::Mistake) | None => None,
    };
    let last = |word: &str| word.rsplit("::").next().unwrap_or_default().to_owned();
    match word.map(|word| (suggestion::principal_for(&last(&word)), word)) {
        Some((Some(principal), word)) if matches!(given, Some(Value::Literal(_))) && word == principal => {
            format!("`{word}` is a word, not a string: write `principal = {principal}`")
        }
        Some((Some(principal), word)) if word == principal => format!("write `principal = {principal}`"),
        Some((Some(principal), word)) => format!(
            "unknown principal `{word}`, did you mean `{principal}`? (expected `user`, a person, or `client`, a machine)"
        ),
        Some((None, word)) => {
            format!("unknown principal `{word}` (expected `user`, a person, or `client`, a machine)")
        }
        None => "write `principal = user`, for a person, or `principal = client`, for a machine".to_owned(),
    }
}

const KEYS: &str = "`scopes`, `roles`, `permissions`, `provider`, `principal`, `acr`, `max_age`, `claim(..)`, `owner(..)`, \
     `check`, `any(..)`, `all(..)`, `not(..)`, `crate`, a policy's name";
const REQUIREMENTS: &str = "a requirement such as `scopes = \"name\"` or `any(..)`";
const VALUES: &str = "a string, the path of a `const`, `any(..)`, `all(..)` or `not(..)`";
const CHECKS: &str = "`check = name` or `check = crate::path::name`";
