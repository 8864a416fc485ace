//! `#[requires]`

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::Error;

use super::stack;
use crate::check::{Checked, check, objects, report_generics};
use crate::errors::Errors;
use crate::expand;
use crate::item::{AttributeName, Item};
use crate::model::{Access, Guard, Rule};

pub(crate) fn requires(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let name = AttributeName::Requires;
    let mut errors = Errors::default();
    let item = Item::new(item, &mut errors);
    let stack = stack(name, arguments, &item, &mut errors);
    let Checked { runtime, rule } = check(&stack, &mut errors);
    let handler = item.handler(name, &mut errors);
    let objects = handler.as_ref().map_or_else(Vec::new, |handler| {
        report_generics(&rule, &handler.signature, &mut errors);
        objects(&rule, &handler.signature, &mut errors)
    });
    // After a mistake the item does not compile in any case, but what names it finds it, with its arguments where
    // possible, and nothing else is said of the rule.
    let mistakes = errors.finish();
    let access = match mistakes {
        Some(_) => Access::Requires(Rule::Authenticated, Vec::new()),
        None => Access::Requires(rule, objects),
    };
    let guarded =
        runtime.zip(handler).map(|(runtime, handler)| expand::guard(&Guard { runtime, access }, handler));
    let item = guarded.unwrap_or_else(|| item.to_token_stream());
    let mistakes = mistakes.map(Error::into_compile_error);
    quote!(#mistakes #item)
}
