//! The two attributes, from tokens to tokens.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::Error;

use crate::check::{Checked, check};
use crate::errors::Errors;
use crate::expand::expand;
use crate::item::{self, GuardName, Item};
use crate::messages;
use crate::model::{Access, Guard, Rule};
use crate::syntax;

pub(crate) fn expand_requires(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let item = Item::new(item, &mut errors);
    if arguments.is_empty() && has_empty_parentheses(Span::call_site()) {
        errors.push(Error::new(Span::call_site(), messages::empty_parentheses()));
    }
    let mut stack = vec![syntax::requires(arguments, &mut errors)];
    for (name, attribute) in &item.stacked {
        match name {
            GuardName::Requires => match item::arguments(attribute) {
                Ok(arguments) => stack.push(syntax::requires(arguments, &mut errors)),
                Err(error) => errors.push(error),
            },
            GuardName::Public => {
                errors.push(Error::new_spanned(attribute, messages::public_beside_requires()));
            }
        }
    }
    let Checked { runtime, rule } = check(&stack, &mut errors);
    let guard = runtime.map(|runtime| Guard { runtime, access: Access::Requires(rule) });
    output(&item, GuardName::Requires, guard, errors)
}

pub(crate) fn expand_public(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let item = Item::new(item, &mut errors);
    let arguments = syntax::public(arguments, &mut errors);
    for (name, attribute) in &item.stacked {
        let message = match name {
            GuardName::Requires => messages::public_beside_requires(),
            GuardName::Public => messages::public_twice(),
        };
        errors.push(Error::new_spanned(attribute, message));
    }
    let Checked { runtime, .. } = check(&[arguments], &mut errors);
    let guard = runtime.map(|runtime| Guard { runtime, access: Access::Public });
    output(&item, GuardName::Public, guard, errors)
}

/// The guarded item, or the mistakes and an item that causes no others: it does not compile in any case, but
/// what names it finds it, with its arguments where possible.
fn output(item: &Item, name: GuardName, guard: Option<Guard>, mut errors: Errors) -> TokenStream {
    let handler = item.handler(name, &mut errors);
    let mistakes = errors.finish();
    let guarded = guard.zip(handler).map(|(mut guard, handler)| {
        if let (Some(_), Access::Requires(rule)) = (&mistakes, &mut guard.access) {
            // The runtime crate would object to the same mistakes.
            *rule = Rule::Authenticated;
        }
        expand(&guard, handler)
    });
    let item = guarded.unwrap_or_else(|| item.to_token_stream());
    let mistakes = mistakes.map(Error::into_compile_error);
    quote!(#mistakes #item)
}

/// `#[requires()]` gets the same arguments as `#[requires]`, but looks like something was forgotten.
fn has_empty_parentheses(attribute: Span) -> bool {
    let Some(text) = attribute.source_text() else { return false };
    let text: String = text.chars().filter(|character| !character.is_whitespace()).collect();
    let text = text.strip_suffix(']').unwrap_or(&text);
    ["()", "[]", "{}"].iter().any(|parentheses| text.ends_with(parentheses))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn expands(
        attribute: fn(TokenStream, TokenStream) -> TokenStream,
        input: [&str; 2],
        output: &TokenStream,
    ) {
        let [arguments, item] = input.map(|text| text.parse().unwrap());
        assert_eq!(attribute(arguments, item).to_string(), output.to_string());
    }

    #[test]
    fn adds_a_policy_and_an_argument() {
        expands(
            expand_requires,
            [
                r#"scopes = any("a", B), not(roles = "c")"#,
                "#[doc = \" Doc.\"] #[other] pub(crate) async fn r#type<T>(id: T,) -> impl R where T: X { half - written . }",
            ],
            &quote! {
                #[doc(hidden)]
                #[non_exhaustive]
                pub(crate) enum __requires_type {}

                const _: ::oauth2_guard::__private::Rule = {
                    impl ::oauth2_guard::__private::Policy for __requires_type {
                        type Checks = ();
                        const RULE: ::oauth2_guard::__private::Rule = ::oauth2_guard::__private::Rule::All(const { &[
                            ::oauth2_guard::__private::Rule::Any(const { &[
                                ::oauth2_guard::__private::Rule::scope("a"),
                                ::oauth2_guard::__private::Rule::scope(B)
                            ] }),
                            ::oauth2_guard::__private::Rule::Not(const {
                                &::oauth2_guard::__private::Rule::role("c")
                            })
                        ] });
                    }
                    <__requires_type as ::oauth2_guard::__private::Policy>::RULE
                };

                #[doc = " Doc."]
                #[other]
                pub(crate) async fn r#type<T>(
                    _: ::oauth2_guard::__private::Guard<__requires_type>,
                    id: T,
                ) -> impl R where T: X { half - written . }
            },
        );
    }

    #[test]
    fn public_adds_an_argument() {
        expands(
            expand_public,
            ["crate = crate::auth", "#[other] async fn open() {}"],
            &quote!(
                #[other]
                async fn open(_: crate::auth::__private::Public) {}
            ),
        );
    }

    #[test]
    fn names_the_runtime_crate_as_told() {
        let item = quote!(
            #[requires(crate = ::renamed)]
            async fn handler() {}
        );
        let arguments = quote!(scopes = all("a", not("b")), permissions = C);
        let expanded = expand_requires(arguments, item).to_string();
        assert!(expanded.contains(":: renamed :: __private"), "{expanded}");
        assert!(!expanded.contains("oauth2_guard"), "{expanded}");
    }

    #[test]
    fn stacked_attributes_are_taken_off() {
        let item = quote!(
            #[requires]
            #[a]
            #[x::requires(roles = "r")]
            #[b(requires)]
            async fn handler() {}
        );
        let expanded = expand_requires(quote!(scopes = "s"), item).to_string();
        assert!(expanded.ends_with(
            "# [a] # [b (requires)] \
             async fn handler (_ : :: oauth2_guard :: __private :: Guard < __requires_handler >) { }"
        ));
        assert!(!expanded.contains("compile_error"), "{expanded}");
    }

    #[test]
    fn a_mistake_leaves_the_item() {
        for (arguments, item, kept) in [
            // In the arguments: what the handler is called with stays.
            (r#"scope = "a""#, "async fn h() {}", "Guard < __requires_h >) { }"),
            (r#"roles = """#, "#[requires(roles = 1)] async fn h() {}", "Guard < __requires_h >) { }"),
            // In the item: it stays as it is.
            (r#"roles = "a""#, "#[requires] #[a] fn h() {}", "} # [a] fn h () { }"),
            (r#"roles = "a""#, "#[public] struct S;", "} struct S ;"),
            (r#"roles = "a""#, "pub const C: u8 = 0;", "} pub const C : u8 = 0 ;"),
            ("crate = relative", "async fn h() {}", "} async fn h () { }"),
        ] {
            let expanded = expand_requires(arguments.parse().unwrap(), item.parse().unwrap()).to_string();
            assert!(expanded.starts_with(":: core :: compile_error ! {"), "{expanded}");
            assert!(expanded.ends_with(kept), "{expanded}");
            assert!(!expanded.contains("Rule :: role"), "{expanded}");
        }
    }

    #[test]
    fn reads_through_invisible_groups() {
        use proc_macro2::{Delimiter, Group};

        let fragment = |tokens| Group::new(Delimiter::None, tokens);
        let [key, literal, group] = [quote!(scopes), quote!("a"), quote!(all("b", c::D))].map(fragment);
        let expanded = expand_requires(
            quote!(#key = any(#literal, #group)),
            quote!(
                async fn h() {}
            ),
        );
        let plain = expand_requires(
            quote!(scopes = any("a", all("b", c::D))),
            quote!(
                async fn h() {}
            ),
        );
        assert_eq!(expanded.to_string(), plain.to_string());
    }
}
