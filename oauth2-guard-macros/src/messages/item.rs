//! Where it stands.

use core::fmt::Display;

use proc_macro2::Ident;

use crate::item::AttributeName;

pub(crate) fn key_value_attribute(attribute: AttributeName) -> String {
    let word = attribute.word();
    match attribute {
        AttributeName::Check | AttributeName::Loader | AttributeName::Public => format!("write `#[{word}]`"),
        AttributeName::Policy | AttributeName::Requires => {
            format!("write `#[{word}(..)]`, for example `#[{word}(scopes = \"name\")]`")
        }
    }
}

pub(crate) fn empty_parentheses(attribute: AttributeName) -> String {
    let word = attribute.word();
    format!("write `#[{word}]` for \"any valid token\", or say what is required")
}

pub(crate) fn with_arguments(attribute: AttributeName) -> String {
    match attribute {
        AttributeName::Public => {
            "`#[public]` asks for nothing: remove the arguments, or write `#[requires(..)]`".to_owned()
        }
        _ => format!("`{}` takes no arguments but `crate = ::path`: remove them", attribute.as_str()),
    }
}

pub(crate) fn beside(first: AttributeName, second: AttributeName) -> String {
    let [first, second] = if first.word() < second.word() { [first, second] } else { [second, first] };
    format!("`{}` and `{}` exclude each other: remove one", first.as_str(), second.as_str())
}

pub(crate) fn twice(attribute: AttributeName) -> String {
    format!("`{}` is given twice: remove one", attribute.as_str())
}

pub(crate) fn wrong_item(attribute: AttributeName, item: &str) -> String {
    let (whom, instead) = match attribute {
        AttributeName::Check | AttributeName::Loader => ("one function", "an `async fn`"),
        AttributeName::Policy => ("one struct", "`struct Name;`"),
        AttributeName::Public | AttributeName::Requires => ("one handler", "an `async fn`"),
    };
    format!("`{}` is for {whom}, not {item}: write it above {instead}", attribute.as_str())
}

pub(crate) fn no_body(attribute: AttributeName) -> String {
    let (whom, instead) = if attribute.is_for_handlers() {
        ("a handler", "the `async fn` that axum calls")
    } else {
        ("a function with a body", "that one")
    };
    format!("`{}` is for {whom}, and this function has no body: write it above {instead}", attribute.as_str())
}

pub(crate) fn not_async(attribute: AttributeName, name: &Ident) -> String {
    match attribute {
        AttributeName::Check => {
            format!("a check is asked while it waits for others: write `async fn {name}`")
        }
        AttributeName::Loader => format!("a loader waits for what it loads: write `async fn {name}`"),
        _ => format!("`{}` is for async handlers: write `async fn {name}`", attribute.as_str()),
    }
}

pub(crate) fn wrong_qualifier(attribute: AttributeName, qualifier: &str) -> String {
    let whom = if attribute.is_for_handlers() { "axum handlers" } else { "functions of extractors" };
    format!("`{}` is for {whom}, which cannot be `{qualifier}`: remove `{qualifier}`", attribute.as_str())
}

pub(crate) fn variadic(attribute: AttributeName) -> String {
    let whom = if attribute.is_for_handlers() { "axum handlers" } else { "functions of extractors" };
    format!("`{}` is for {whom}, which cannot be variadic: remove `...`", attribute.as_str())
}

pub(crate) fn in_impl_block(attribute: AttributeName) -> String {
    let word = attribute.as_str();
    if attribute.is_for_handlers() {
        format!(
            "`{word}` cannot stand in an `impl` block, where it has no room for its policy: move the handler out, \
             or give it an argument `_: Guard<P>` with a policy of your own"
        )
    } else {
        format!(
            "`{word}` cannot stand in an `impl` block, where it has no room for an item: move the function out"
        )
    }
}

pub(crate) fn too_many_arguments(attribute: AttributeName) -> String {
    format!(
        "axum handlers have at most 16 arguments and `{}` adds one: join some of these in a struct with \
         `#[derive(FromRequestParts)]`",
        attribute.as_str()
    )
}

pub(crate) fn impl_trait(attribute: AttributeName) -> String {
    match attribute {
        AttributeName::Check => "a check cannot take `impl Trait`: name the type".to_owned(),
        AttributeName::Loader => "a loader cannot take `impl Trait`: name the type".to_owned(),
        _ => "axum handlers cannot take `impl Trait`: name the type".to_owned(),
    }
}

// Checks and loaders.

pub(crate) fn function_with_generics(attribute: AttributeName) -> String {
    format!("{} is one function for every handler: write its types out, without generics", one(attribute))
}

pub(crate) fn reads_body(attribute: AttributeName, written: &str) -> String {
    format!(
        "{} runs before the body is read: take something else than `{written}`, such as `Path`, `Query` or `State`",
        one(attribute)
    )
}

pub(crate) fn reference(attribute: AttributeName, written: impl Display) -> String {
    format!("{} takes extractors, which are owned: write `{written}`", one(attribute))
}

pub(crate) fn check_without_answer() -> String {
    "a check answers: write `-> bool`, or `-> Result<bool, E>` where asking can fail".to_owned()
}

pub(crate) fn check_with_other_answer(written: &str) -> String {
    format!(
        "a check answers with `bool`, or with `Result<bool, E>` where asking can fail, not with `{written}`"
    )
}

pub(crate) fn loader_without_object() -> String {
    "a loader returns what it loads: write, for example, `-> Result<Option<Article>, ApiError>`".to_owned()
}

pub(crate) fn loader_of_impl_trait() -> String {
    "a loader makes an extractor of one type, so it cannot return `impl Trait`: name the type".to_owned()
}

pub(crate) fn loader_of_other_type(written: &str) -> String {
    format!(
        "a loader makes an extractor of a type of your own, and `{written}` is none: return a struct, in `Option` and \
         `Result` if need be"
    )
}

pub(crate) fn loader_of_hidden_type(written: &str) -> String {
    format!("what `{written}` holds cannot be seen here: write `Result<Article, ApiError>` out")
}

pub(crate) fn loader_of_option_of_result() -> String {
    "write `Result<Option<T>, E>`, not `Option<Result<T, E>>`".to_owned()
}

fn one(attribute: AttributeName) -> &'static str {
    if attribute == AttributeName::Check { "a check" } else { "a loader" }
}

// Policies.

pub(crate) fn policy_with_fields(name: &Ident) -> String {
    format!("a policy is a name and has no fields: write `struct {name};`")
}

pub(crate) fn generic_policy(name: &Ident) -> String {
    format!("a policy is one rule and has no generics: write `struct {name};`")
}
