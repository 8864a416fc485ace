//! The attributes, from tokens to tokens.

mod check;
mod has_owner;
mod loader;
mod policy;
mod public;
mod requires;

use proc_macro2::{Span, TokenStream};
use syn::Error;

pub(crate) use self::check::check;
pub(crate) use self::has_owner::has_owner;
pub(crate) use self::loader::loader;
pub(crate) use self::policy::policy;
pub(crate) use self::public::public;
pub(crate) use self::requires::requires;
use crate::ast::Arguments;
use crate::check::{Checked, check as checked};
use crate::errors::Errors;
use crate::item::{self, AttributeName, Item};
use crate::paths::Runtime;
use crate::{messages, syntax};

/// The arguments of an attribute that can be stacked, outermost first.
fn stack(name: AttributeName, arguments: TokenStream, item: &Item, errors: &mut Errors) -> Vec<Arguments> {
    if arguments.is_empty() && has_empty_parentheses(Span::call_site()) {
        errors.push(Error::new(Span::call_site(), messages::empty_parentheses(name)));
    }
    let mut stack = vec![syntax::requires(arguments, errors)];
    for (other, attribute) in &item.stacked {
        if *other != name {
            errors.push(Error::new_spanned(attribute, messages::beside(*other, name)));
            continue;
        }
        match item::arguments(name, attribute) {
            Ok(arguments) => stack.push(syntax::requires(arguments, errors)),
            Err(error) => errors.push(error),
        }
    }
    stack
}

/// What `crate = ::path` says in an attribute that takes nothing else, and stands alone. `None` after a mistake
/// in it.
fn runtime(name: AttributeName, arguments: TokenStream, item: &Item, errors: &mut Errors) -> Option<Runtime> {
    let arguments = syntax::only_crate(arguments, &messages::with_arguments(name), errors);
    for (other, attribute) in &item.stacked {
        let message = if *other == name { messages::twice(name) } else { messages::beside(*other, name) };
        errors.push(Error::new_spanned(attribute, message));
    }
    let Checked { runtime, .. } = checked(&[arguments], errors);
    runtime
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
    use quote::quote;

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
    fn public_adds_an_argument() {
        expands(
            public,
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
        let expanded = requires(arguments, item).to_string();
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
        let expanded = requires(quote!(scopes = "s"), item).to_string();
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
            let expanded = requires(arguments.parse().unwrap(), item.parse().unwrap()).to_string();
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
        let expanded = requires(
            quote!(#key = any(#literal, #group)),
            quote!(
                async fn h() {}
            ),
        );
        let plain = requires(
            quote!(scopes = any("a", all("b", c::D))),
            quote!(
                async fn h() {}
            ),
        );
        assert_eq!(expanded.to_string(), plain.to_string());
    }
}
