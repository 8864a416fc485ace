//! What it means.

use core::fmt::Display;

use proc_macro2::Ident;

use crate::ast::{List, Value, Word};
use crate::model::Kind;

pub(crate) fn duplicate_key(word: Word, kind: Kind, key: &Ident, values: [&Value; 2]) -> String {
    let [first, second] = values;
    if word == Word::All && kind.is_single() {
        return format!("`{key}` is given twice: a token has one, write `{key} = any({first}, {second})`");
    }
    format!("`{key}` is given twice: write `{key} = {word}({first}, {second})`")
}

/// Of `principal`, of which a token has one.
pub(crate) fn duplicate_principal() -> String {
    "`principal` is given twice: a token has one, remove the other".to_owned()
}

pub(crate) fn duplicate_max_age(word: Word, values: [&str; 2]) -> String {
    let [first, second] = values;
    let which = if word == Word::Any { "longer" } else { "shorter" };
    format!("`max_age` is given twice, as `{first}` and `{second}`: keep the {which} one")
}

/// Of what may stand beside another of its kind.
pub(crate) fn duplicate_requirement(requirement: impl Display) -> String {
    format!("`{requirement}` is given twice: remove one")
}

/// `owner(article), owner(article, hide)`
pub(crate) fn duplicate_owner(parameter: &Ident) -> String {
    format!("`owner({parameter})` is given twice: remove one, and keep `hide` if it is to hide the object")
}

pub(crate) fn duplicate_value(value: &Value) -> String {
    format!("`{value}` is given twice: remove one")
}

pub(crate) fn empty_group(word: Word) -> String {
    format!("`{word}()` is empty: write what it is about, or remove it")
}

pub(crate) fn not_of_several<T: Display>(members: &[T]) -> String {
    let list = List(members);
    format!("`not(..)` takes one member: write `not(any({list}))` or `not(all({list}))`")
}

pub(crate) fn empty_name(kind: Kind) -> String {
    match kind {
        Kind::Acr => "an `acr` cannot be empty: write its value".to_owned(),
        _ => format!("a {} cannot be empty: write its name", kind.singular()),
    }
}

pub(crate) fn name_with_space(kind: Kind, names: &[&str]) -> String {
    let list = names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ");
    let one = one_of(kind);
    match names {
        [] => format!("{one} cannot be a space: write its name"),
        [_] => format!("{one} has no space: write `{list}`"),
        _ if kind.is_single() => format!("{one} has no space: write `any({list})`"),
        _ => format!("{one} has no space: write `all({list})` or `any({list})`"),
    }
}

pub(crate) fn name_with_character(kind: Kind, character: char) -> String {
    format!(
        "{} cannot contain `{}`: it is printable ASCII without `\\\"` and `\\\\` (RFC 6749 section 3.3)",
        one_of(kind),
        character.escape_default()
    )
}

fn one_of(kind: Kind) -> &'static str {
    if kind == Kind::Acr { "an `acr`" } else { "a scope" }
}

pub(crate) fn self_const() -> String {
    "`Self` is not known here: write the type's name".to_owned()
}

pub(crate) fn crate_without_path() -> String {
    format!("`crate` is the runtime crate's path: write {CRATE_PATHS}")
}

pub(crate) fn relative_crate_path(path: &str) -> String {
    format!(
        "the path is relative: write `crate = ::{path}`, or `crate = crate::{path}` when it is in this crate"
    )
}

pub(crate) fn duplicate_crate() -> String {
    "`crate` is given twice: remove one".to_owned()
}

pub(crate) fn nested_crate() -> String {
    "`crate = ..` is about the whole attribute: write it outside of `any(..)`, `all(..)` and `not(..)`"
        .to_owned()
}

/// `"1h30m"`
pub(crate) fn not_a_duration(instead: Option<&str>) -> String {
    match instead {
        Some(instead) => format!("a time is one whole number and its unit: write `\"{instead}\"`"),
        None => "a time is one whole number and one of `s`, `m`, `h`, `d`: write, for example, `\"15m\"`"
            .to_owned(),
    }
}

/// `"15"`
pub(crate) fn duration_without_unit(number: &str) -> String {
    format!("`{number}` of which unit? write `\"{number}m\"` or `\"{number}s\"`")
}

pub(crate) fn duration_of_nothing() -> String {
    "no log-in is that fresh: write at least `\"1s\"`".to_owned()
}

pub(crate) fn duration_too_long() -> String {
    "that is longer than 3650 days: write less, or remove it".to_owned()
}

// As the runtime crate says of its mappings.

pub(crate) fn empty_claim() -> String {
    "a claim is missing: name a claim, as in `\"email\"`, or the path to one, as in `\"/a/b\"`".to_owned()
}

pub(crate) fn ambiguous_claim(path: &str, name: &str) -> String {
    format!("it may mean a path or a name: write a path as `{path}`, and that name as `{name}`")
}

pub(crate) fn claim_escape() -> String {
    "in a JSON Pointer write `~0` for `~` and `~1` for `/`".to_owned()
}

pub(crate) fn empty_path_parameter() -> String {
    "the route's parameter is missing: write `path(\"name\")`".to_owned()
}

pub(crate) fn path_parameter_with_braces(name: &str) -> String {
    format!("write the parameter's name alone: `path({name:?})`")
}

/// `all(roles = "a", not(roles = "a"))`
pub(crate) fn never_met(pair: Option<[String; 2]>) -> String {
    match pair {
        Some([first, second]) => format!("this can never be met: `{first}` excludes `{second}`"),
        None => "this can never be met, whatever a token carries: remove a part of it".to_owned(),
    }
}

/// `any(roles = "a", not(roles = "a"))`
pub(crate) fn always_met(pair: Option<[String; 2]>) -> String {
    match pair {
        Some([first, second]) => {
            format!("this is always met: one of `{first}` and `{second}` holds of every token")
        }
        None => "this is always met, whatever a token carries: remove it, or a part of it".to_owned(),
    }
}

const CRATE_PATHS: &str = "`crate = ::name` or `crate = crate::path`";
