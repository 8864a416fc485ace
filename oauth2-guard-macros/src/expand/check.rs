//! `#[check]`: a type of the function's name stands for it in rules.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};
use syn::ext::IdentExt;
use syn::{ReturnType, Type};

use super::located_at;
use super::rule::{local, state};
use crate::model::Asked;
use crate::paths::Runtime;

pub(crate) fn check(check: &Asked) -> TokenStream {
    let Asked { runtime, name, output, arguments } = check;
    let [check_trait, ask, parts_type, verdict] =
        [runtime.check(), runtime.ask(), runtime.parts(), runtime.verdict()];
    let text = name.unraw().to_string();
    // Not the span of the function's name: lints would take it for the user's own.
    let type_name = Ident::new(&name.to_string(), Span::call_site());
    let state_type = state();
    let [parts, state] = ["parts", "state"].map(local);
    let bounds = bounds(runtime, arguments.as_deref().unwrap_or_default());
    let body = match arguments {
        Some(arguments) => {
            let names: Vec<Ident> = names(arguments);
            let extract = runtime.extract();
            let extracted = extracted(&extract, arguments, &names, |refused| quote!(#refused));
            let answer = answer(output, quote!(#name(#(#names),*).await));
            let verdict_of = runtime.verdict_of();
            quote! {
                #extracted
                #verdict_of(#answer)
            }
        }
        None => {
            let verdict_of = runtime.verdict_of();
            quote!(#verdict_of(false))
        }
    };
    let [parts, state] = if arguments.as_ref().is_some_and(|arguments| !arguments.is_empty()) {
        [quote!(#parts), quote!(#state)]
    } else {
        [quote!(_), quote!(_)]
    };
    // A future that cannot be sent to another thread is a mistake of the function, not of the attribute.
    let head = quote!(async fn ask(#parts: &mut #parts_type, #state: &#state_type) -> #verdict);
    let head = located_at(name, head);
    quote! {
        #[doc(hidden)]
        #[non_exhaustive]
        pub enum #type_name {}

        const _: () = {
            impl #check_trait for #type_name {
                const NAME: &'static ::core::primitive::str = #text;
            }

            impl<#state_type: ::core::marker::Send + ::core::marker::Sync> #ask<#state_type> for #type_name
            #bounds
            {
                #head {
                    #body
                }
            }
        };
    }
}

/// It stands where the returned type does: what the compiler says of it points there.
pub(super) fn answer(output: &ReturnType, call: TokenStream) -> TokenStream {
    match output {
        ReturnType::Type(_, written) => located_at(written, call),
        ReturnType::Default => call,
    }
}

/// A variable for each argument.
pub(super) fn names(arguments: &[Type]) -> Vec<Ident> {
    let span = Span::mixed_site();
    (0..arguments.len()).map(|index| format_ident!("__{index}", span = span)).collect()
}

/// That the arguments are extractors, each type once.
pub(super) fn bounds(runtime: &Runtime, arguments: &[Type]) -> Option<TokenStream> {
    let from_request_parts = runtime.extractor();
    let state = state();
    let mut seen: Vec<String> = Vec::new();
    let mut bounds = Vec::new();
    for argument in arguments {
        let text = quote!(#argument).to_string();
        if !seen.contains(&text) {
            let bound = located_at(argument, quote!(: #from_request_parts<#state>));
            bounds.push(quote!(#argument #bound));
            seen.push(text);
        }
    }
    (!bounds.is_empty()).then(|| quote!(where #(#bounds,)*))
}

/// The arguments in their order, or else the answer of the one that failed.
pub(super) fn extracted(
    function: &TokenStream,
    arguments: &[Type],
    names: &[Ident],
    answer: impl Fn(&Ident) -> TokenStream,
) -> TokenStream {
    let state_type = state();
    let [parts, state, value, refused] = ["parts", "state", "value", "refused"].map(local);
    let answer = answer(&refused);
    arguments
        .iter()
        .zip(names)
        .map(|(argument, name)| {
            let function = located_at(argument, function.clone());
            quote! {
                let #name = match #function::<#argument, #state_type>(#parts, #state).await {
                    ::core::result::Result::Ok(#value) => #value,
                    ::core::result::Result::Err(#refused) => return #answer,
                };
            }
        })
        .collect()
}
