//! `#[loader]`: what the function returns becomes an extractor.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::Type;

use super::check::{bounds, extracted, names};
use super::located_at;
use super::rule::{local, state};
use crate::model::Asked;

pub(crate) fn loader(loader: &Asked, object: &Type) -> TokenStream {
    let Asked { runtime, name, arguments } = loader;
    let [from_request_parts, load_rejection, parts_type] =
        [runtime.from_request_parts(), runtime.load_rejection(), runtime.parts()];
    let state_type = state();
    let [parts, state] = ["parts", "state"].map(local);
    let bounds = bounds(runtime, arguments.as_deref().unwrap_or_default());
    let body = match arguments {
        Some(arguments) => {
            let names = names(arguments);
            let argument = runtime.argument();
            let answer = |refused: &Ident| quote!(::core::result::Result::Err(#refused));
            let extracted = extracted(&argument, arguments, &names, answer);
            let load = located_at(object, runtime.load());
            quote! {
                #extracted
                #load::<#object>(#name(#(#names),*).await, #parts)
            }
        }
        None => quote!(::core::unimplemented!()),
    };
    let parts = if arguments.is_some() { quote!(#parts) } else { quote!(_) };
    let state = if arguments.as_ref().is_some_and(|arguments| !arguments.is_empty()) {
        quote!(#state)
    } else {
        quote!(_)
    };
    quote! {
        const _: () = {
            impl<#state_type: ::core::marker::Send + ::core::marker::Sync> #from_request_parts<#state_type> for #object
            #bounds
            {
                type Rejection = #load_rejection;

                async fn from_request_parts(
                    #parts: &mut #parts_type,
                    #state: &#state_type,
                ) -> ::core::result::Result<Self, #load_rejection> {
                    #body
                }
            }
        };
    }
}
