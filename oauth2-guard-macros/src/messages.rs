//! Every sentence that a user can be told: lower-case, no full stop, what was written in backticks, what to
//! write instead.

use core::fmt::Display;

use proc_macro2::Ident;

use crate::ast::{List, Value, Word};
use crate::model::Kind;
use crate::suggestion;

// The grammar.

pub(crate) fn expected_requirement(found: impl Display) -> String {
    format!("expected {REQUIREMENTS}, found {found}")
}

pub(crate) fn expected_value(found: impl Display) -> String {
    format!("expected {VALUES}, found {found}")
}

pub(crate) fn unknown_key(key: &Ident) -> String {
    match suggestion::word_for(key) {
        Some(word) => format!("unknown key `{key}`, did you mean `{word}`? (expected one of: {KEYS})"),
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
            format!("write `{key} = any({list})` or `{key} = all({list})`")
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
pub(crate) fn bare_values_after(kind: Kind, values: &[&Value]) -> String {
    let (key, list) = (kind.key(), List(values));
    format!(
        "a comma starts the next requirement: for several {key} write `{key} = all({list})` or `{key} = any({list})`"
    )
}

/// `"a"`, `"a", "b"`
pub(crate) fn bare_values(values: &[Value]) -> String {
    match values {
        [value] => {
            let [scopes, roles, permissions] = Kind::ALL.map(|kind| format!("`{} = {value}`", kind.key()));
            format!("is this a scope, a role or a permission? write {scopes}, {roles} or {permissions}")
        }
        several => {
            let list = List(several);
            format!("are these scopes, roles or permissions? write, for example, `roles = any({list})`")
        }
    }
}

pub(crate) fn requirement_among_values(key: &Ident) -> String {
    format!(
        "`{key} = ..` cannot stand among values: write `any(..)` or `all(..)` around requirements, \
         as in `any(scopes = \"a\", roles = \"b\")`"
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

pub(crate) fn missing_comma(next: impl Display) -> String {
    format!("expected a comma before {next}")
}

pub(crate) fn parentheses() -> String {
    "parentheses alone do not group: write `any(..)` or `all(..)`".to_owned()
}

// The meaning.

pub(crate) fn empty_parentheses() -> String {
    "write `#[requires]` for \"any valid token\", or say what is required".to_owned()
}

pub(crate) fn duplicate_key(word: Word, key: &Ident, values: [&Value; 2]) -> String {
    let [first, second] = values;
    format!("`{key}` is given twice: write `{key} = {word}({first}, {second})`")
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
    let kind = kind.singular();
    format!("a {kind} cannot be empty: write its name")
}

pub(crate) fn scope_with_space(scopes: &[&str]) -> String {
    let list = scopes.iter().map(|scope| format!("{scope:?}")).collect::<Vec<_>>().join(", ");
    match scopes {
        [] => "a scope cannot be a space: write its name".to_owned(),
        [_] => format!("a scope has no space: write `{list}`"),
        _ => format!("a scope has no space: write `all({list})` or `any({list})`"),
    }
}

pub(crate) fn scope_with_character(character: char) -> String {
    format!(
        "a scope cannot contain `{}`: it is printable ASCII without `\\\"` and `\\\\` (RFC 6749 section 3.3)",
        character.escape_default()
    )
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

// Where it stands.

pub(crate) fn key_value_attribute() -> String {
    "write `#[requires(..)]`, for example `#[requires(scopes = \"name\")]`".to_owned()
}

pub(crate) fn public_with_arguments() -> String {
    "`#[public]` asks for nothing: remove the arguments, or write `#[requires(..)]`".to_owned()
}

pub(crate) fn public_beside_requires() -> String {
    "`#[public]` and `#[requires]` exclude each other: remove one".to_owned()
}

pub(crate) fn public_twice() -> String {
    "`#[public]` is given twice: remove one".to_owned()
}

pub(crate) fn wrong_item(attribute: &str, item: &str) -> String {
    format!("`{attribute}` is for one handler, not {item}: write it above an `async fn`")
}

pub(crate) fn no_body(attribute: &str) -> String {
    format!(
        "`{attribute}` is for a handler, and this function has no body: write it above the `async fn` that axum calls"
    )
}

pub(crate) fn not_async(attribute: &str, name: &Ident) -> String {
    format!("`{attribute}` is for async handlers: write `async fn {name}`")
}

pub(crate) fn wrong_qualifier(attribute: &str, qualifier: &str) -> String {
    format!("`{attribute}` is for axum handlers, which cannot be `{qualifier}`: remove `{qualifier}`")
}

pub(crate) fn variadic(attribute: &str) -> String {
    format!("`{attribute}` is for axum handlers, which cannot be variadic: remove `...`")
}

pub(crate) fn in_impl_block(attribute: &str) -> String {
    format!(
        "`{attribute}` cannot stand in an `impl` block, where it has no room for its policy: move the handler out, \
         or give it an argument `_: Guard<P>` with a policy of your own"
    )
}

pub(crate) fn too_many_arguments(attribute: &str) -> String {
    format!(
        "axum handlers have at most 16 arguments and `{attribute}` adds one: join some of these in a struct with \
         `#[derive(FromRequestParts)]`"
    )
}

const KEYS: &str = "`scopes`, `roles`, `permissions`, `any(..)`, `all(..)`, `not(..)`, `crate`";
const REQUIREMENTS: &str = "a requirement such as `scopes = \"name\"` or `any(..)`";
const VALUES: &str = "a string, the path of a `const`, `any(..)`, `all(..)` or `not(..)`";
const CRATE_PATHS: &str = "`crate = ::name` or `crate = crate::path`";
