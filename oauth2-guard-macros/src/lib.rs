//! The attributes of `oauth2-guard`. They are documented there, where they are re-exported.
//!
//! Each stage is one file or one folder: `syntax` makes the `ast`, `check` makes the `model` of it, `expand` makes
//! tokens of that. What is emitted is data; what it means is decided in the runtime crate alone.

mod ast;
mod attribute;
mod check;
mod errors;
mod expand;
#[cfg(test)]
mod golden;
mod item;
mod messages;
mod model;
mod paths;
#[cfg(test)]
mod random;
#[cfg(test)]
mod round_trip;
mod source;
mod suggestion;
mod syntax;

use proc_macro::TokenStream;

#[doc(hidden)]
#[proc_macro_attribute]
pub fn requires(arguments: TokenStream, item: TokenStream) -> TokenStream {
    attribute::requires(arguments.into(), item.into()).into()
}

#[doc(hidden)]
#[proc_macro_attribute]
pub fn public(arguments: TokenStream, item: TokenStream) -> TokenStream {
    attribute::public(arguments.into(), item.into()).into()
}

#[doc(hidden)]
#[proc_macro_attribute]
pub fn policy(arguments: TokenStream, item: TokenStream) -> TokenStream {
    attribute::policy(arguments.into(), item.into()).into()
}

#[doc(hidden)]
#[proc_macro_attribute]
pub fn check(arguments: TokenStream, item: TokenStream) -> TokenStream {
    attribute::check(arguments.into(), item.into()).into()
}

#[doc(hidden)]
#[proc_macro_attribute]
pub fn loader(arguments: TokenStream, item: TokenStream) -> TokenStream {
    attribute::loader(arguments.into(), item.into()).into()
}

#[doc(hidden)]
#[proc_macro_derive(HasOwner, attributes(owner))]
pub fn has_owner(item: TokenStream) -> TokenStream {
    attribute::has_owner(item.into()).into()
}
