//! `#[policy]`

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Error, Expr, ExprLit, Generics, Lit, Meta, Token, Visibility};

use super::stack;
use crate::check::{Checked, check, object_of_policy};
use crate::errors::Errors;
use crate::item::{AttributeName, Item};
use crate::model::{Policy, Rule};
use crate::{expand, item, messages};

pub(crate) fn policy(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let item = Item::new(item, &mut errors);
    let stack = stack(AttributeName::Policy, arguments, &item, &mut errors);
    let Checked { runtime, rule } = check(&stack, &mut errors);
    let objects = object_of_policy(&rule, &mut errors);
    let name = name(&item, &mut errors);
    let mistakes = errors.finish();
    // After a mistake it is a policy nonetheless, so that nothing is said where it is named.
    let (rule, objects) =
        if mistakes.is_some() { (Rule::Authenticated, Vec::new()) } else { (rule, objects) };
    let doc = first_paragraph(&item.attributes);
    let implementation = runtime
        .zip(name)
        .map(|(runtime, name)| expand::policy(&Policy { runtime, name, doc, rule, objects }));
    let mistakes = mistakes.map(Error::into_compile_error);
    let item = item.to_token_stream();
    quote!(#mistakes #item #implementation)
}

/// Of a struct without generics; fields are a mistake that leaves it one.
fn name(item: &Item, errors: &mut Errors) -> Option<Ident> {
    let parse = |input: ParseStream<'_>| {
        input.parse::<Visibility>()?;
        if !input.peek(Token![struct]) {
            return Err(item::not_a_struct(input));
        }
        input.parse::<Token![struct]>()?;
        let name = input.parse::<Ident>()?;
        let generics = input.parse::<Generics>()?;
        let rest = input.parse::<TokenStream>()?;
        Ok((name, generics, rest))
    };
    let (name, generics, rest) = parse.parse2(item.rest.clone()).map_err(|error| errors.push(error)).ok()?;
    if !generics.params.is_empty() {
        errors.push(Error::new_spanned(&generics, messages::generic_policy(&name)));
        return None;
    }
    let is_unit = rest.into_iter().next().is_some_and(|token| token.to_string() == ";");
    if !is_unit {
        errors.push(Error::new(name.span(), messages::policy_with_fields(&name)));
    }
    Some(name)
}

fn first_paragraph(attributes: &[Attribute]) -> String {
    let mut paragraph = String::new();
    for attribute in attributes {
        let Meta::NameValue(meta) = &attribute.meta else { continue };
        let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = &meta.value else { continue };
        if !meta.path.is_ident("doc") {
            continue;
        }
        for line in text.value().split('\n') {
            // `/** */` may have a star at the start of each line.
            let line = line.trim().trim_start_matches("* ").trim();
            match (line.is_empty() || line == "*", paragraph.is_empty()) {
                (true, true) => {}
                (true, false) => return paragraph,
                (false, is_first) => {
                    paragraph.push_str(if is_first { "" } else { " " });
                    paragraph.push_str(line);
                }
            }
        }
    }
    paragraph
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    #[test]
    fn the_first_paragraph_is_its_description() {
        let attributes: Vec<Attribute> = vec![
            parse_quote!(#[derive(Clone)]),
            parse_quote!(#[doc = ""]),
            parse_quote!(#[doc = " Who may do"]),
            parse_quote!(#[doc(hidden)]),
            parse_quote!(#[doc = " everything."]),
            parse_quote!(#[doc = ""]),
            parse_quote!(#[doc = " More."]),
        ];
        assert_eq!(first_paragraph(&attributes), "Who may do everything.");
        let block: Attribute = parse_quote!(#[doc = "\n * One\n * two.\n *\n * Three.\n "]);
        assert_eq!(first_paragraph(&[block]), "One two.");
        assert_eq!(first_paragraph(&[]), "");
    }
}
