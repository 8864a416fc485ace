//! `#[derive(HasOwner)]`: the fields with `#[owner]` are compared with the bearer.

use std::collections::HashSet;

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{GenericParam, Type, parse_quote};

use super::located_at;
use super::rule::local;
use crate::model::{FieldOwner, Issuer, OwnerField, Ownership};

pub(crate) fn has_owner(ownership: &Ownership) -> TokenStream {
    let Ownership { runtime, name, generics, fields } = ownership;
    let [has_owner, bearer, owner_id] = [runtime.has_owner(), runtime.bearer(), runtime.owner_id()];
    let mut generics = generics.clone();
    let parameters: HashSet<String> = generics
        .params
        .iter()
        .filter_map(|parameter| match parameter {
            GenericParam::Type(parameter) => Some(parameter.ident.to_string()),
            GenericParam::Lifetime(_) | GenericParam::Const(_) => None,
        })
        .collect();
    for OwnerField { written, owner, .. } in
        fields.iter().filter(|field| mentions(&field.written, &parameters))
    {
        let bound = if matches!(owner, FieldOwner::Nested) { &has_owner } else { &owner_id };
        generics.make_where_clause().predicates.push(parse_quote!(#written: #bound));
    }
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    let who = local("who");
    let comparisons = fields.iter().map(|field| comparison(field, &has_owner, &who));
    let (who, answer) = if fields.is_empty() {
        (quote!(_), quote!(false))
    } else {
        (who.to_token_stream(), quote!(#(#comparisons)||*))
    };
    quote! {
        const _: () = {
            #[automatically_derived]
            impl #impl_generics #has_owner for #name #type_generics #where_clause {
                fn is_owned_by(&self, #who: &#bearer<'_>) -> ::core::primitive::bool {
                    #answer
                }
            }
        };
    }
}

/// It stands where the field's type does: what the compiler says of it points there.
fn comparison(field: &OwnerField, has_owner: &TokenStream, who: &Ident) -> TokenStream {
    let OwnerField { member, written, owner } = field;
    match owner {
        FieldOwner::Nested => located_at(written, quote!(#has_owner::is_owned_by(&self.#member, #who))),
        FieldOwner::Compared { claim, issuer } => {
            let by = claim.as_ref().map(|claim| quote!(.by(#claim)));
            let of = match issuer {
                Issuer::Only => None,
                Issuer::Any => Some(quote!(.of_any_issuer())),
                Issuer::Field(issuer) => Some(quote!(.of(&self.#issuer))),
            };
            located_at(written, quote!(#who #by #of.is(&self.#member)))
        }
    }
}

fn mentions(written: &Type, parameters: &HashSet<String>) -> bool {
    fn is_in(tokens: TokenStream, parameters: &HashSet<String>) -> bool {
        tokens.into_iter().any(|token| match token {
            TokenTree::Ident(ident) => parameters.contains(&ident.to_string()),
            TokenTree::Group(group) => is_in(group.stream(), parameters),
            _ => false,
        })
    }
    is_in(written.to_token_stream(), parameters)
}
