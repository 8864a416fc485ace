//! `#[loader]`: what the function returns becomes an extractor.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::Type;

use super::check::{answer, bounds, extracted, names};
use super::located_at;
use super::rule::{local, state};
use crate::model::Asked;

pub(crate) fn loader(loader: &Asked, object: &Type) -> TokenStream {
    let Asked { runtime, name, output, arguments } = loader;
    let [from_request_parts, load_rejection, parts_type] =
        [runtime.extractor(), runtime.load_rejection(), runtime.parts()];
    let state_type = state();
    let [parts, state] = ["parts", "state"].map(local);
    let bounds = bounds(runtime, arguments.as_deref().unwrap_or_default());
    let body = match arguments {
        Some(arguments) => {
            let names = names(arguments);
            let argument = runtime.argument();
            let rejection = |refused: &Ident| quote!(::core::result::Result::Err(#refused));
            let extracted = extracted(&argument, arguments, &names, rejection);
            let call = answer(output, quote!(#name(#(#names),*).await));
            let load = located_at(object, runtime.load());
            quote! {
                #extracted
                #load::<#object>(#call, #parts)
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
    // Of a type that is not the user's own, the compiler says that this parameter cannot be.
    let parameter = located_at(object, quote!(#state_type));
    // A future that cannot be sent to another thread is a mistake of the function, not of the attribute.
    let head = quote! {
        async fn from_request_parts(
            #parts: &mut #parts_type,
            #state: &#state_type,
        ) -> ::core::result::Result<Self, #load_rejection>
    };
    let head = located_at(name, head);
    quote! {
        const _: () = {
            impl<#parameter: ::core::marker::Send + ::core::marker::Sync> #from_request_parts<#state_type> for #object
            #bounds
            {
                type Rejection = #load_rejection;

                #head {
                    #body
                }
            }
        };
    }
}
