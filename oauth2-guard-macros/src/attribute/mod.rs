//! The attributes, from tokens to tokens.

mod check;
mod has_owner;
mod loader;
mod policy;
mod public;
mod requires;
#[cfg(test)]
mod tests;

use proc_macro2::{Span, TokenStream};
use syn::Error;

pub(crate) use self::check::check;
pub(crate) use self::has_owner::has_owner;
pub(crate) use self::loader::loader;
pub(crate) use self::policy::policy;
pub(crate) use self::public::public;
pub(crate) use self::requires::requires;
use crate::ast::Arguments;
use crate::check::{Checked, check as checked};
use crate::errors::Errors;
use crate::item::{self, AttributeName, Item};
use crate::paths::Runtime;
use crate::{messages, syntax};

/// The arguments of an attribute that can be stacked, outermost first.
fn stack(name: AttributeName, arguments: TokenStream, item: &Item, errors: &mut Errors) -> Vec<Arguments> {
    if arguments.is_empty() && has_empty_parentheses(Span::call_site()) {
        errors.push(Error::new(Span::call_site(), messages::empty_parentheses(name)));
    }
    let mut stack = vec![syntax::requires(arguments, errors)];
    for (other, attribute) in &item.stacked {
        if *other != name {
            errors.push(Error::new_spanned(attribute, messages::beside(*other, name)));
            continue;
        }
        match item::arguments(name, attribute) {
            Ok(arguments) => stack.push(syntax::requires(arguments, errors)),
            Err(error) => errors.push(error),
        }
    }
    stack
}

/// What `crate = ::path` says in an attribute that takes nothing else, and stands alone. `None` after a mistake
/// in it.
fn runtime(name: AttributeName, arguments: TokenStream, item: &Item, errors: &mut Errors) -> Option<Runtime> {
    let arguments = syntax::only_crate(arguments, &messages::with_arguments(name), errors);
    for (other, attribute) in &item.stacked {
        let message = if *other == name { messages::twice(name) } else { messages::beside(*other, name) };
        errors.push(Error::new_spanned(attribute, message));
    }
    let Checked { runtime, .. } = checked(&[arguments], errors);
    runtime
}

/// `#[requires()]` gets the same arguments as `#[requires]`, but looks like something was forgotten.
fn has_empty_parentheses(attribute: Span) -> bool {
    let Some(text) = attribute.source_text() else { return false };
    let text: String = text.chars().filter(|character| !character.is_whitespace()).collect();
    let text = text.strip_suffix(']').unwrap_or(&text);
    ["()", "[]", "{}"].iter().any(|parentheses| text.ends_with(parentheses))
}
