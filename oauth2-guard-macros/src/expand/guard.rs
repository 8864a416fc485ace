//! `#[requires]` and `#[public]`: a handler with one more argument.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};
use syn::ext::IdentExt;
use syn::{FnArg, Pat, PatType, PatWild, Path, Token, Type};

use super::rule::{expression, implementation};
use super::{in_parentheses, located_at};
use crate::item::Function;
use crate::model::{Access, Guard, Object, Rule};
use crate::paths::Runtime;

pub(crate) fn guard(guard: &Guard, handler: Function) -> TokenStream {
    let runtime = &guard.runtime;
    match &guard.access {
        Access::Public => with_leading_argument(handler, runtime.public()),
        Access::Requires(rule, objects) => {
            let name = handler.signature.ident.unraw();
            // Not the span of the handler's name: lints would take it for the user's own.
            let policy = format_ident!("__requires_{name}", span = Span::call_site());
            let declaration = policy_type(runtime, &policy, rule, objects, &handler);
            let proofs = rule.policies().into_iter().map(|path| proof(runtime, path));
            let guard = if objects.is_empty() { runtime.guard() } else { runtime.open_guard() };
            let handler = with_owned_arguments(handler, runtime, &policy, objects);
            let handler = with_leading_argument(handler, quote!(#guard<#policy>));
            quote!(#declaration #(#proofs)* #handler)
        }
    }
}

/// A hidden type beside the handler, as visible as it is.
fn policy_type(
    runtime: &Runtime,
    policy: &Ident,
    rule: &Rule,
    objects: &[Object],
    handler: &Function,
) -> TokenStream {
    let visibility = &handler.visibility;
    let constant = expression(runtime, rule, objects);
    let implementation = implementation(runtime, policy, rule, &constant);
    quote! {
        #[doc(hidden)]
        #[non_exhaustive]
        #visibility enum #policy {}

        #implementation
    }
}

/// That a named policy needs no object, of which this handler says nothing; also where the handler is not used.
fn proof(runtime: &Runtime, path: &Path) -> TokenStream {
    let [names_no_owner, policy] = [runtime.names_no_owner(), runtime.policy()];
    let function = located_at(path, names_no_owner);
    let start = located_at(path, quote!(&<));
    let end = located_at(path, quote!(as #policy>::RULE));
    let arguments = in_parentheses(path, quote!(#start #path #end));
    quote! {
        const _: () = {
            #function #arguments;
        };
    }
}

/// What has an owner reaches the handler after it was compared.
fn with_owned_arguments(
    mut handler: Function,
    runtime: &Runtime,
    policy: &Ident,
    objects: &[Object],
) -> Function {
    let owned = runtime.owned();
    for (index, argument) in handler.signature.inputs.iter_mut().enumerate() {
        let number = objects.iter().position(|object| object.argument == index);
        let (Some(number), FnArg::Typed(argument)) = (number, argument) else { continue };
        let PatType { pat, ty, .. } = argument;
        let start = located_at(ty, quote!(#owned<));
        let end = located_at(ty, quote!(, #policy, #number>));
        let constructor = located_at(ty, owned.clone());
        let fields = in_parentheses(ty, quote!(#pat, ..));
        *argument.pat = Pat::Verbatim(quote!(#constructor #fields));
        *argument.ty = Type::Verbatim(quote!(#start #ty #end));
    }
    handler
}

fn with_leading_argument(handler: Function, argument_type: TokenStream) -> TokenStream {
    let Function { attributes, visibility, mut signature, body } = handler;
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
