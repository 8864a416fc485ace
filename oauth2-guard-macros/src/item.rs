//! What the attribute stands on.

use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Error, FnArg, LitStr, Meta, Result, ReturnType, Safety, Signature, Type, Visibility};

use crate::errors::Errors;
use crate::messages;

/// Any item: its attributes, and what follows them.
pub(crate) struct Item {
    /// The attributes of this crate below the one that is expanded.
    pub(crate) stacked: Vec<(AttributeName, Attribute)>,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) rest: TokenStream,
}

/// The attributes of this crate.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum AttributeName {
    Check,
    Loader,
    Policy,
    Public,
    Requires,
}

/// A function. The body is not looked at: half-written ones expand too.
pub(crate) struct Function {
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
            match AttributeName::of(&attribute) {
                Some(name) => stacked.push((name, attribute)),
                None => attributes.push(attribute),
            }
        }
        Self { stacked, attributes, rest }
    }

    /// `None` if it is none, which is reported.
    pub(crate) fn function(&self, attribute: AttributeName, errors: &mut Errors) -> Option<Function> {
        let parse = |input: ParseStream<'_>| parse_function(attribute, input);
        let parsed = parse.parse2(self.rest.clone()).map_err(|error| errors.push(error));
        let (visibility, signature, body) = parsed.ok()?;
        Some(Function { attributes: self.attributes.clone(), visibility, signature, body })
    }

    /// `None` after a mistake in what `#[requires]` and `#[public]` need to know of a handler.
    pub(crate) fn handler(&self, attribute: AttributeName, errors: &mut Errors) -> Option<Function> {
        let function = self.function(attribute, errors)?;
        let before = errors.count();
        report_qualifiers(&function.signature, attribute, errors);
        report_arguments(&function.signature, attribute, errors);
        (errors.count() == before).then_some(function)
    }
}

impl ToTokens for Item {
    /// The item as it is without the attributes of this crate.
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { attributes, rest, .. } = self;
        tokens.extend(quote!(#(#attributes)* #rest));
    }
}

impl AttributeName {
    /// By the last segment: what it was imported as cannot be seen.
    fn of(attribute: &Attribute) -> Option<Self> {
        let name = &attribute.path().segments.last()?.ident;
        [Self::Check, Self::Loader, Self::Policy, Self::Public, Self::Requires]
            .into_iter()
            .find(|attribute| name == attribute.word())
    }

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::Loader => "loader",
            Self::Policy => "policy",
            Self::Public => "public",
            Self::Requires => "requires",
        }
    }

    pub(crate) fn is_for_handlers(self) -> bool {
        matches!(self, Self::Public | Self::Requires)
    }

    /// As it is written.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Check => "#[check]",
            Self::Loader => "#[loader]",
            Self::Policy => "#[policy]",
            Self::Public => "#[public]",
            Self::Requires => "#[requires]",
        }
    }
}

/// The arguments of an attribute that is stacked below another.
pub(crate) fn arguments(name: AttributeName, attribute: &Attribute) -> Result<TokenStream> {
    match &attribute.meta {
        Meta::Path(_) => Ok(TokenStream::new()),
        Meta::List(list) if list.tokens.is_empty() => {
            Err(Error::new_spanned(attribute, messages::empty_parentheses(name)))
        }
        Meta::List(list) => Ok(list.tokens.clone()),
        Meta::NameValue(_) => Err(Error::new_spanned(attribute, messages::key_value_attribute(name))),
    }
}

fn parse_function(
    attribute: AttributeName,
    input: ParseStream<'_>,
) -> Result<(Visibility, Signature, TokenStream)> {
    let visibility = input.parse()?;
    if let Some(error) = wrong_item(attribute, input) {
        return Err(error);
    }
    let signature: Signature = input.parse()?;
    let body: TokenStream = input.parse()?;
    let starts_with_brace = matches!(
        body.clone().into_iter().next(),
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace
    );
    if !starts_with_brace {
        return Err(Error::new(signature.ident.span(), messages::no_body(attribute)));
    }
    Ok((visibility, signature, body))
}

/// `None` where a function follows.
fn wrong_item(attribute: AttributeName, input: ParseStream<'_>) -> Option<Error> {
    let (span, item) = item_word(input);
    (item != "a function").then(|| Error::new(span, messages::wrong_item(attribute, item)))
}

/// What `#[policy]` stands on instead.
pub(crate) fn not_a_struct(input: ParseStream<'_>) -> Error {
    let (span, item) = item_word(input);
    Error::new(span, messages::wrong_item(AttributeName::Policy, item))
}

/// The word that says what item follows.
fn item_word(input: ParseStream<'_>) -> (Span, &'static str) {
    let fork = input.fork();
    let mut first = None;
    // `unsafe impl`, `extern "C" fn`, `const fn`: what it is stands behind.
    while let Ok(word) = fork.call(Ident::parse_any) {
        let item = match word.to_string().as_str() {
            "enum" => Some("an enum"),
            "fn" => Some("a function"),
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
            return (word.span(), item);
        }
        first.get_or_insert(word);
        // The ABI.
        let _ = fork.parse::<Option<LitStr>>();
    }
    match first {
        Some(word) if word == "const" => (word.span(), "a constant"),
        Some(word) => (word.span(), "this"),
        None => (input.span(), "this"),
    }
}

pub(crate) fn report_qualifiers(signature: &Signature, attribute: AttributeName, errors: &mut Errors) {
    let mut report = |tokens: &dyn ToTokens, message| errors.push(Error::new_spanned(tokens, message));
    if let Some(token) = &signature.constness {
        report(token, messages::wrong_qualifier(attribute, "const"));
    }
    if let Safety::Unsafe(token) = &signature.safety {
        report(token, messages::wrong_qualifier(attribute, "unsafe"));
    }
    if let Some(abi) = &signature.abi {
        report(abi, messages::wrong_qualifier(attribute, "extern"));
    }
    if let Some(variadic) = &signature.variadic {
        report(variadic, messages::variadic(attribute));
    }
    if signature.asyncness.is_none() {
        let (token, name) = (signature.fn_token, &signature.ident);
        report(&quote!(#token #name), messages::not_async(attribute, name));
    }
    if let Some(span) = sign_of_impl_block(signature) {
        errors.push(Error::new(span, messages::in_impl_block(attribute)));
    }
}

fn report_arguments(signature: &Signature, attribute: AttributeName, errors: &mut Errors) {
    if sign_of_impl_block(signature).is_some() {
        return;
    }
    if let Some(surplus) = signature.inputs.iter().nth(MAX_ARGUMENTS) {
        errors.push(Error::new_spanned(surplus, messages::too_many_arguments(attribute)));
    }
    for argument in &signature.inputs {
        if let FnArg::Typed(argument) = argument
            && has_impl_trait(&argument.ty)
        {
            errors.push(Error::new_spanned(&argument.ty, messages::impl_trait(attribute)));
        }
    }
}

/// Whether `impl` stands anywhere in the type.
pub(crate) fn has_impl_trait(written: &Type) -> bool {
    fn is_in(tokens: TokenStream) -> bool {
        tokens.into_iter().any(|token| match token {
            TokenTree::Ident(ident) => ident == "impl",
            TokenTree::Group(group) => is_in(group.stream()),
            _ => false,
        })
    }
    is_in(written.to_token_stream())
}

/// Whether it can be seen that the function stands in an `impl` block, where no item can stand beside it.
pub(crate) fn is_in_impl_block(signature: &Signature) -> bool {
    sign_of_impl_block(signature).is_some()
}

/// Whether it returns a future, in place of being `async`: what it returns is no mistake of its own.
pub(crate) fn returns_future(signature: &Signature) -> bool {
    let ReturnType::Type(_, written) = &signature.output else { return false };
    signature.asyncness.is_none() && has_impl_trait(written)
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

/// How many leave room for one more: axum implements `Function` for functions of up to 16 arguments.
const MAX_ARGUMENTS: usize = 15;
