//! A rule as a constant of the runtime crate, and who is asked for its checks.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::Path;
use syn::ext::IdentExt;

use super::located_at;
use crate::model::{Expected, Kind, Leaf, Name, Object, Owner, Principal, Rule};
use crate::paths::Runtime;

/// The constant's expression. The objects have the numbers of their places in the list.
pub(super) fn expression(runtime: &Runtime, rule: &Rule, objects: &[Object]) -> TokenStream {
    let path = runtime.rule();
    let members = |rules: &[Rule]| {
        let rules = rules.iter().map(|rule| expression(runtime, rule, objects));
        quote!(const { &[#(#rules),*] })
    };
    match rule {
        Rule::Authenticated => quote!(#path::Authenticated),
        Rule::Leaf(leaf) => self::leaf(runtime, leaf, objects),
        Rule::Any(rules) => {
            let rules = members(rules);
            quote!(#path::Any(#rules))
        }
        Rule::All(rules) => {
            let rules = members(rules);
            quote!(#path::All(#rules))
        }
        Rule::Not(rule) => {
            let rule = expression(runtime, rule, objects);
            quote!(#path::Not(const { &#rule }))
        }
    }
}

fn leaf(runtime: &Runtime, leaf: &Leaf, objects: &[Object]) -> TokenStream {
    let rule = runtime.rule();
    match leaf {
        Leaf::Check(path) => {
            let check = located_at(path, quote!(#rule::check));
            // In parentheses it is a type, also where the path leads to a function without `#[check]`.
            quote!(#check::<(#path)>())
        }
        Leaf::Claim(reference, expected) => {
            let path = runtime.expected();
            let expected = match expected {
                Expected::Boolean(value) => quote!(#path::Boolean(#value)),
                Expected::Integer(value) => quote!(#path::Integer(#value)),
                Expected::Path(parameter) => quote!(#path::Path(#parameter)),
                Expected::Text(text) => quote!(#path::Text(#text)),
            };
            let claim = located_at(reference, quote!(#rule::claim));
            quote!(#claim(#reference, #expected))
        }
        Leaf::Grant(kind, name) => grant(runtime, *kind, name),
        Leaf::MaxAge(seconds) => quote!(#rule::max_age(#seconds)),
        Leaf::Owner(owner) => self::owner(runtime, owner, objects),
        Leaf::Policy(path) => {
            let policy = runtime.policy();
            let start = located_at(path, quote!(<));
            let end = located_at(path, quote!(as #policy>::RULE));
            quote!(#start #path #end)
        }
        Leaf::Principal(principal) => {
            let principal = match principal {
                Principal::User => quote!(User),
                Principal::Client => quote!(Client),
            };
            let path = runtime.principal();
            quote!(#rule::Principal(#path::#principal))
        }
    }
}

fn owner(runtime: &Runtime, owner: &Owner, objects: &[Object]) -> TokenStream {
    let Owner { parameter, claim, hide } = owner;
    let parameter = parameter.unraw();
    // It is there: what is not was reported.
    let number = objects.iter().position(|object| object.parameter.unraw() == parameter).unwrap_or_default();
    let name = parameter.to_string();
    let claim = match claim {
        Some(claim) => quote!(::core::option::Option::Some(#claim)),
        None => quote!(::core::option::Option::None),
    };
    let constructor = located_at(&parameter, runtime.owner());
    quote!(#constructor(#number, #name, #claim, #hide))
}

/// The call stands where the name does: what the compiler says of it points there.
fn grant(runtime: &Runtime, kind: Kind, name: &Name) -> TokenStream {
    let name = match name {
        Name::Literal(literal) => literal.to_token_stream(),
        Name::Const(path) => path.to_token_stream(),
    };
    let path = runtime.rule();
    let constructor = Ident::new(kind.singular(), Span::call_site());
    let constructor = located_at(&name, quote!(#path::#constructor));
    let end = name.clone().into_iter().last().map_or_else(Span::call_site, |token| token.span());
    let mut arguments = Group::new(Delimiter::Parenthesis, name);
    arguments.set_span(Span::call_site().located_at(end));
    quote!(#constructor #arguments)
}

/// The implementation of the runtime crate's `Policy`, and of `Checks` where the rule has any.
///
/// Where there may be a wrong constant in the rule it has its value, so that this is found where the type is not used too.
pub(super) fn implementation(
    runtime: &Runtime,
    name: &Ident,
    rule: &Rule,
    constant: &TokenStream,
) -> TokenStream {
    let [policy_trait, rule_type] = [runtime.policy(), runtime.rule()];
    let asked = asked(runtime, rule);
    let checks = if asked.is_empty() { quote!(()) } else { quote!(Self) };
    let of_checks = (!asked.is_empty()).then(|| checks_implementation(runtime, name, &asked));
    let implementations = quote! {
        impl #policy_trait for #name {
            type Checks = #checks;
            const RULE: #rule_type = #constant;
        }
        #of_checks
    };
    if !rule.is_proven_by_compiler() {
        return implementations;
    }
    quote! {
        const _: #rule_type = {
            #implementations
            <#name as #policy_trait>::RULE
        };
    }
}

/// One list of checks, and the bound under which it can be asked.
struct Asked {
    list: TokenStream,
    bound: TokenStream,
}

fn asked(runtime: &Runtime, rule: &Rule) -> Vec<Asked> {
    let [ask_one, checks, checks_of] = [runtime.ask_one(), runtime.checks(), runtime.checks_of()];
    let state = state();
    // Lists are bound, and not what is in them: a path that leads to no check, or to no policy, is one error, where the
    // rule's constant names it.
    let asked = |path: &Path, list: TokenStream| {
        let bound = located_at(path, quote!(: #checks<#state>));
        Asked { bound: quote!(#list #bound), list }
    };
    let of_checks = rule.checks().into_iter().map(|path| {
        let start = located_at(path, quote!(#ask_one<));
        let end = located_at(path, quote!(>));
        asked(path, quote!(#start (#path) #end))
    });
    let of_policies = rule.policies().into_iter().map(|path| {
        let start = located_at(path, quote!(#checks_of<));
        let end = located_at(path, quote!(>));
        asked(path, quote!(#start #path #end))
    });
    of_checks.chain(of_policies).collect()
}

/// The bounds name what a user may keep private: an associated type could not.
fn checks_implementation(runtime: &Runtime, name: &Ident, asked: &[Asked]) -> TokenStream {
    let [check_id, checks, parts_type, verdict] =
        [runtime.check_id(), runtime.checks(), runtime.parts(), runtime.verdict()];
    let state_type = state();
    let [check, parts, state] = ["check", "parts", "state"].map(local);
    let bounds = asked.iter().map(|asked| &asked.bound);
    let list = asked.iter().rev().fold(quote!(()), |rest, Asked { list, .. }| quote!((#list, #rest)));
    quote! {
        impl<#state_type: ::core::marker::Send + ::core::marker::Sync> #checks<#state_type> for #name
        where
            #(#bounds,)*
        {
            fn ask(
                #check: #check_id,
                #parts: &mut #parts_type,
                #state: &#state_type,
            ) -> impl ::core::future::Future<
                Output = ::core::option::Option<#verdict>,
            > + ::core::marker::Send {
                <#list as #checks<#state_type>>::ask(#check, #parts, #state)
            }
        }
    }
}

/// The type parameter that stands for the state of a router.
pub(super) fn state() -> Ident {
    Ident::new("__S", Span::call_site())
}

/// A variable, which a function or a constant of a user cannot have the name of.
pub(super) fn local(name: &str) -> Ident {
    Ident::new(&format!("__{name}"), Span::mixed_site())
}
