//! The attributes of `oauth2-guard`. They are documented there, where they are re-exported.
//!
//! Each stage is one file: `syntax` makes the `ast`, `check` makes the `model` of it, `expand` makes tokens of
//! that. What is emitted is data; what it means is decided in the runtime crate alone.

mod ast;
mod attribute;
mod check;
mod errors;
mod expand;
mod item;
mod messages;
mod model;
mod paths;
mod suggestion;
mod syntax;

use proc_macro::TokenStream;

#[doc(hidden)]
#[proc_macro_attribute]
pub fn requires(arguments: TokenStream, item: TokenStream) -> TokenStream {
    attribute::expand_requires(arguments.into(), item.into()).into()
}

#[doc(hidden)]
#[proc_macro_attribute]
pub fn public(arguments: TokenStream, item: TokenStream) -> TokenStream {
    attribute::expand_public(arguments.into(), item.into()).into()
}
