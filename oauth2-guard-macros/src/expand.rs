//! The model to tokens.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{FnArg, Pat, PatType, PatWild, Token, Type};

use crate::item::Handler;
use crate::model::{Access, Guard, Kind, Name, Rule};
use crate::paths::Runtime;

pub(crate) fn expand(guard: &Guard, handler: Handler) -> TokenStream {
    let runtime = &guard.runtime;
    match &guard.access {
        Access::Public => with_leading_argument(handler, runtime.public()),
        Access::Requires(rule) => {
            let name = handler.signature.ident.unraw();
            // Not the span of the handler's name: lints would take it for the user's own.
            let policy = format_ident!("__requires_{name}", span = Span::call_site());
            let declaration = policy_type(runtime, &policy, rule, &handler);
            let guard = runtime.guard();
            let handler = with_leading_argument(handler, quote!(#guard<#policy>));
            quote!(#declaration #handler)
        }
    }
}

/// A hidden type beside the handler, as visible as it is.
fn policy_type(runtime: &Runtime, policy: &Ident, rule: &Rule, handler: &Handler) -> TokenStream {
    let visibility = &handler.visibility;
    let trait_path = runtime.policy();
    let rule_path = runtime.rule();
    let rule = expression(runtime, rule);
    quote! {
        #[doc(hidden)]
        #[non_exhaustive]
        #visibility enum #policy {}

        // It has the value of the rule, so that a wrong constant in it is found where the handler is not used too.
        const _: #rule_path = {
            impl #trait_path for #policy {
                type Checks = ();
                const RULE: #rule_path = #rule;
            }
            <#policy as #trait_path>::RULE
        };
    }
}

fn with_leading_argument(handler: Handler, argument_type: TokenStream) -> TokenStream {
    let Handler { attributes, visibility, mut signature, body } = handler;
    signature.inputs.insert(
        0,
        FnArg::Typed(PatType {
            attrs: Vec::new(),
            pat: Box::new(Pat::Wild(PatWild { attrs: Vec::new(), underscore_token: <Token![_]>::default() })),
            colon_token: <Token![:]>::default(),
            ty: Box::new(Type::Verbatim(argument_type)),
        }),
    );
    quote!(#(#attributes)* #visibility #signature #body)
}

fn expression(runtime: &Runtime, rule: &Rule) -> TokenStream {
    let path = runtime.rule();
    match rule {
        Rule::Authenticated => quote!(#path::Authenticated),
        Rule::Grant(kind, name) => grant(runtime, *kind, name),
        Rule::Any(rules) => {
            let rules = rules.iter().map(|rule| expression(runtime, rule));
            quote!(#path::Any(const { &[#(#rules),*] }))
        }
        Rule::All(rules) => {
            let rules = rules.iter().map(|rule| expression(runtime, rule));
            quote!(#path::All(const { &[#(#rules),*] }))
        }
        Rule::Not(rule) => {
            let rule = expression(runtime, rule);
            quote!(#path::Not(const { &#rule }))
        }
    }
}

/// The call stands where the name does: what the compiler says of it points there.
fn grant(runtime: &Runtime, kind: Kind, name: &Name) -> TokenStream {
    let name = match name {
        Name::Literal(literal) => literal.to_token_stream(),
        Name::Const(path) => path.to_token_stream(),
    };
    let path = runtime.rule();
    let constructor = Ident::new(kind.singular(), Span::call_site());
    let constructor = located_at(name.span(), quote!(#path::#constructor));
    let end = name.clone().into_iter().last().map_or_else(Span::call_site, |token| token.span());
    let mut arguments = Group::new(Delimiter::Parenthesis, name);
    arguments.set_span(Span::call_site().located_at(end));
    quote!(#constructor #arguments)
}

/// The names keep their meaning, only errors move.
fn located_at(span: Span, path: TokenStream) -> TokenStream {
    path.into_iter()
        .map(|mut token| {
            token.set_span(token.span().located_at(span));
            token
        })
        .collect()
}
