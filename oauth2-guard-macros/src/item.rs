//! What the attribute stands on.

use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Error, LitStr, Meta, Result, Safety, Signature, Visibility};

use crate::errors::Errors;
use crate::messages;

/// Any item: its attributes, and what follows them.
pub(crate) struct Item {
    /// `#[requires]` and `#[public]` below the one that is expanded.
    pub(crate) stacked: Vec<(GuardName, Attribute)>,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) rest: TokenStream,
}

/// The attributes of this crate.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum GuardName {
    Public,
    Requires,
}

/// An item that can be a handler. The body is not looked at: half-written ones expand too.
pub(crate) struct Handler {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) signature: Signature,
    pub(crate) body: TokenStream,
}

impl Item {
    pub(crate) fn new(tokens: TokenStream, errors: &mut Errors) -> Self {
        let parse = |input: ParseStream<'_>| {
            let attributes = input.call(Attribute::parse_outer)?;
            Ok((attributes, input.parse::<TokenStream>()?))
        };
        let (all, rest) = parse.parse2(tokens.clone()).unwrap_or_else(|error| {
            errors.push(error);
            (Vec::new(), tokens)
        });
        let mut stacked = Vec::new();
        let mut attributes = Vec::new();
        for attribute in all {
            match GuardName::of(&attribute) {
                Some(name) => stacked.push((name, attribute)),
                None => attributes.push(attribute),
            }
        }
        Self { stacked, attributes, rest }
    }

    /// `None` after a mistake in what the attribute `guard` needs to know of its handler.
    pub(crate) fn handler(&self, guard: GuardName, errors: &mut Errors) -> Option<Handler> {
        let parsed = (|input: ParseStream<'_>| parse_handler(guard, input)).parse2(self.rest.clone());
        let (visibility, signature, body) = match parsed {
            Ok(parsed) => parsed,
            Err(error) => {
                errors.push(error);
                return None;
            }
        };
        let mistakes = mistakes_in(&signature, guard);
        if !mistakes.is_empty() {
            mistakes.into_iter().for_each(|mistake| errors.push(mistake));
            return None;
        }
        Some(Handler { attributes: self.attributes.clone(), visibility, signature, body })
    }
}

impl ToTokens for Item {
    /// The item as it is without the attributes of this crate.
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { attributes, rest, .. } = self;
        tokens.extend(quote!(#(#attributes)* #rest));
    }
}

impl GuardName {
    /// By the last segment: what it was imported as cannot be seen.
    fn of(attribute: &Attribute) -> Option<Self> {
        let name = &attribute.path().segments.last()?.ident;
        [Self::Public, Self::Requires].into_iter().find(|guard| name == guard.word())
    }

    fn word(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Requires => "requires",
        }
    }

    /// As it is written.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Public => "#[public]",
            Self::Requires => "#[requires]",
        }
    }
}

/// The arguments of an attribute that is stacked below another.
pub(crate) fn arguments(attribute: &Attribute) -> Result<TokenStream> {
    match &attribute.meta {
        Meta::Path(_) => Ok(TokenStream::new()),
        Meta::List(list) if list.tokens.is_empty() => {
            Err(Error::new_spanned(attribute, messages::empty_parentheses()))
        }
        Meta::List(list) => Ok(list.tokens.clone()),
        Meta::NameValue(_) => Err(Error::new_spanned(attribute, messages::key_value_attribute())),
    }
}

fn parse_handler(guard: GuardName, input: ParseStream<'_>) -> Result<(Visibility, Signature, TokenStream)> {
    let visibility = input.parse()?;
    if let Some(error) = wrong_item(guard, input) {
        return Err(error);
    }
    let signature: Signature = input.parse()?;
    let body: TokenStream = input.parse()?;
    let starts_with_brace = matches!(
        body.clone().into_iter().next(),
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace
    );
    if !starts_with_brace {
        return Err(Error::new(signature.ident.span(), messages::no_body(guard.as_str())));
    }
    Ok((visibility, signature, body))
}

fn wrong_item(guard: GuardName, input: ParseStream<'_>) -> Option<Error> {
    let fork = input.fork();
    let mut first = None;
    // `unsafe impl`, `extern "C" fn`, `const fn`: what it is stands behind.
    while let Ok(word) = fork.call(Ident::parse_any) {
        if word == "fn" {
            return None;
        }
        let item = match word.to_string().as_str() {
            "enum" => Some("an enum"),
            "impl" => Some("an `impl` block"),
            "macro_rules" => Some("a macro"),
            "mod" => Some("a module"),
            "static" => Some("a static"),
            "struct" => Some("a struct"),
            "trait" => Some("a trait"),
            "type" => Some("a type alias"),
            "union" => Some("a union"),
            "use" => Some("an import"),
            _ => None,
        };
        if let Some(item) = item {
            return Some(Error::new(word.span(), messages::wrong_item(guard.as_str(), item)));
        }
        first.get_or_insert(word);
        // The ABI.
        let _ = fork.parse::<Option<LitStr>>();
    }
    let (span, item) = match first {
        Some(word) if word == "const" => (word.span(), "a constant"),
        Some(word) => (word.span(), "this"),
        None => (input.span(), "this"),
    };
    Some(Error::new(span, messages::wrong_item(guard.as_str(), item)))
}

fn mistakes_in(signature: &Signature, guard: GuardName) -> Vec<Error> {
    let guard = guard.as_str();
    let mut mistakes = Vec::new();
    if let Some(token) = &signature.constness {
        mistakes.push(Error::new_spanned(token, messages::wrong_qualifier(guard, "const")));
    }
    if let Safety::Unsafe(token) = &signature.safety {
        mistakes.push(Error::new_spanned(token, messages::wrong_qualifier(guard, "unsafe")));
    }
    if let Some(abi) = &signature.abi {
        mistakes.push(Error::new_spanned(abi, messages::wrong_qualifier(guard, "extern")));
    }
    if let Some(variadic) = &signature.variadic {
        mistakes.push(Error::new_spanned(variadic, messages::variadic(guard)));
    }
    if signature.asyncness.is_none() {
        let (token, name) = (signature.fn_token, &signature.ident);
        mistakes.push(Error::new_spanned(quote!(#token #name), messages::not_async(guard, name)));
    }
    if let Some(span) = sign_of_impl_block(signature) {
        mistakes.push(Error::new(span, messages::in_impl_block(guard)));
    } else if let Some(surplus) = signature.inputs.iter().nth(MAX_ARGUMENTS) {
        mistakes.push(Error::new_spanned(surplus, messages::too_many_arguments(guard)));
    }
    mistakes
}

/// `self`, or else the first `Self`.
fn sign_of_impl_block(signature: &Signature) -> Option<Span> {
    match signature.receiver() {
        Some(receiver) => Some(receiver.self_token.span),
        None => find_self(signature.to_token_stream()),
    }
}

fn find_self(tokens: TokenStream) -> Option<Span> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Ident(ident) if ident == "Self" => Some(ident.span()),
        TokenTree::Group(group) => find_self(group.stream()),
        _ => None,
    })
}

/// How many leave room for one more: axum implements `Handler` for functions of up to 16 arguments.
const MAX_ARGUMENTS: usize = 15;
