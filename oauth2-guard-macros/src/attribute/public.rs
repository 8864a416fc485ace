//! `#[public]`

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::Error;

use super::runtime;
use crate::errors::Errors;
use crate::expand;
use crate::item::{AttributeName, Item};
use crate::model::{Access, Guard};

pub(crate) fn public(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let name = AttributeName::Public;
    let mut errors = Errors::default();
    let item = Item::new(item, &mut errors);
    let runtime = runtime(name, arguments, &item, &mut errors);
    let handler = item.handler(name, &mut errors);
    let access = Access::Public;
    let guarded =
        runtime.zip(handler).map(|(runtime, handler)| expand::guard(&Guard { runtime, access }, handler));
    let item = guarded.unwrap_or_else(|| item.to_token_stream());
    let mistakes = errors.finish().map(Error::into_compile_error);
    quote!(#mistakes #item)
}
