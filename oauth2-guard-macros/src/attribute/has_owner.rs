//! `#[derive(HasOwner)]`, with `#[owner]` on its fields.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{
    Attribute, Data, DeriveInput, Error, Field, Index, LitInt, LitStr, Member, Meta, Path, Result, Token,
};

use crate::check::{claim_reference, runtime_at};
use crate::errors::Errors;
use crate::model::{FieldOwner, Issuer, OwnerField, Ownership};
use crate::paths::Runtime;
use crate::source::source;
use crate::{expand, messages};

pub(crate) fn has_owner(item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let ownership = (|input: ParseStream<'_>| input.parse::<DeriveInput>())
        .parse2(item)
        .map_err(|error| errors.push(error))
        .ok()
        .and_then(|input| ownership(input, &mut errors));
    let mistakes = errors.finish();
    let implementation = ownership.map(|mut ownership| {
        // After a mistake it is implemented nonetheless, so that nothing is said where it is needed.
        if mistakes.is_some() {
            ownership.fields.clear();
        }
        expand::has_owner(&ownership)
    });
    let mistakes = mistakes.map(Error::into_compile_error);
    quote!(#mistakes #implementation)
}

fn ownership(input: DeriveInput, errors: &mut Errors) -> Option<Ownership> {
    let before = errors.count();
    let runtime = runtime(&input.attrs, errors)?;
    let mut fields = Vec::new();
    match &input.data {
        Data::Struct(data) => {
            let all: Vec<(Member, &Field)> = data.fields.members().zip(&data.fields).collect();
            let names: Vec<&Member> = all.iter().map(|(member, _)| member).collect();
            for (member, field) in &all {
                fields.extend(owner_field(member, field, &names, errors));
            }
            if fields.is_empty() && errors.count() == before {
                errors.push(Error::new(input.ident.span(), messages::no_owner_field()));
            }
        }
        Data::Enum(data) => {
            errors.push(Error::new_spanned(data.enum_token, messages::owner_of_other_item("an enum")));
        }
        Data::Union(data) => {
            errors.push(Error::new_spanned(data.union_token, messages::owner_of_other_item("a union")));
        }
    }
    Some(Ownership { runtime, name: input.ident, generics: input.generics, fields })
}

/// `#[owner(crate = ::path)]` on the struct.
fn runtime(attributes: &[Attribute], errors: &mut Errors) -> Option<Runtime> {
    let mut runtime = Some(Runtime::Default);
    for attribute in owner_attributes(attributes) {
        let parse = |input: ParseStream<'_>| {
            input.parse::<Token![crate]>()?;
            input.parse::<Token![=]>()?;
            let path = input.call(Path::parse_mod_style)?;
            input.parse::<Option<Token![,]>>()?;
            Ok(path)
        };
        let path = match &attribute.meta {
            Meta::List(list) => parse.parse2(list.tokens.clone()).ok(),
            Meta::Path(_) | Meta::NameValue(_) => None,
        };
        match path {
            Some(path) => runtime = runtime_at(&path, errors),
            None => errors.push(Error::new_spanned(attribute, messages::owner_above_struct())),
        }
    }
    runtime
}

fn owner_attributes(attributes: &[Attribute]) -> impl Iterator<Item = &Attribute> {
    attributes.iter().filter(|attribute| attribute.path().is_ident("owner"))
}

/// `None` where there is no `#[owner]`, or a mistake in it.
fn owner_field(
    member: &Member,
    field: &Field,
    members: &[&Member],
    errors: &mut Errors,
) -> Option<OwnerField> {
    let mut attributes = owner_attributes(&field.attrs);
    let attribute = attributes.next()?;
    for duplicate in attributes {
        errors.push(Error::new_spanned(duplicate, messages::owner_twice()));
    }
    let arguments = match &attribute.meta {
        Meta::Path(_) => TokenStream::new(),
        Meta::List(list) => list.tokens.clone(),
        Meta::NameValue(_) => {
            errors.push(Error::new_spanned(attribute, messages::owner_with_value()));
            return None;
        }
    };
    let before = errors.count();
    let words = (|input: ParseStream<'_>| Ok(words(input, errors))).parse2(arguments).unwrap_or_default();
    let owner = field_owner(&words, members, errors);
    (errors.count() == before).then(|| OwnerField {
        member: member.clone(),
        written: field.ty.clone(),
        owner,
    })
}

/// What stands in `#[owner(..)]`.
struct Word {
    key: Ident,
    meaning: Meaning,
}

enum Meaning {
    AnyIssuer,
    Claim(LitStr),
    Issuer(Member),
    Nested,
}

fn words(input: ParseStream<'_>, errors: &mut Errors) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    while !input.is_empty() {
        match word(input) {
            Ok(word) if words.iter().any(|other| other.key == word.key) => {
                errors.push(Error::new(word.key.span(), messages::duplicate_word(&word.key)));
            }
            Ok(word) => words.push(word),
            Err(error) => {
                errors.push(error);
                while !input.is_empty() && !input.peek(Token![,]) {
                    let _ = input.parse::<proc_macro2::TokenTree>();
                }
            }
        }
        // There is one, or it is the end.
        let _ = input.parse::<Option<Token![,]>>();
    }
    words
}

fn word(input: ParseStream<'_>) -> Result<Word> {
    if input.peek(LitStr) {
        let text = input.parse::<LitStr>()?;
        return Err(Error::new(text.span(), messages::owner_text_without_key(&source(&text))));
    }
    if !input.peek(Ident::peek_any) {
        return Err(input.error(messages::expected_owner_word()));
    }
    let key = input.call(Ident::parse_any)?;
    let meaning = match key.to_string().as_str() {
        "any_issuer" => Meaning::AnyIssuer,
        "claim" => {
            let claim = value(&key, input, |input| input.parse::<LitStr>(), messages::owner_claim)?;
            Meaning::Claim(claim)
        }
        "crate" => return Err(Error::new(key.span(), messages::owner_crate_on_field())),
        "issuer" => Meaning::Issuer(value(&key, input, issuer, messages::owner_issuer)?),
        "nested" => Meaning::Nested,
        _ => return Err(Error::new(key.span(), messages::unknown_owner_word(&key))),
    };
    if input.is_empty() || input.peek(Token![,]) {
        return Ok(Word { key, meaning });
    }
    Err(match meaning {
        Meaning::AnyIssuer | Meaning::Nested if input.peek(Token![=]) => {
            Error::new(key.span(), messages::word_with_value(&key))
        }
        _ if input.peek(Ident::peek_any) => {
            let next = input.call(Ident::parse_any)?;
            Error::new(next.span(), messages::missing_comma(format!("`{next}`")))
        }
        _ => input.error(messages::expected_owner_word()),
    })
}

/// `= value`, behind the key.
fn value<T>(
    key: &Ident,
    input: ParseStream<'_>,
    parse: impl Fn(ParseStream<'_>) -> Result<T>,
    message: fn() -> String,
) -> Result<T> {
    if input.parse::<Token![=]>().is_err() || input.is_empty() || input.peek(Token![,]) {
        return Err(Error::new(key.span(), message()));
    }
    let span = input.span();
    parse(input).map_err(|_| Error::new(span, message()))
}

/// The name of a field, or its index.
fn issuer(input: ParseStream<'_>) -> Result<Member> {
    if input.peek(LitInt) {
        let index = input.parse::<LitInt>()?;
        return Ok(Member::Unnamed(Index { index: index.base10_parse()?, span: index.span() }));
    }
    input.call(Ident::parse_any).map(Member::Named)
}

fn field_owner(words: &[Word], members: &[&Member], errors: &mut Errors) -> FieldOwner {
    let mut claim = None;
    let mut issuer = Issuer::Only;
    let has = |name: &str| words.iter().any(|word| word.key == name);
    for Word { key, meaning } in words {
        match meaning {
            Meaning::Nested if words.len() > 1 => {
                errors.push(Error::new(key.span(), messages::nested_with_others()));
            }
            Meaning::Nested => return FieldOwner::Nested,
            Meaning::AnyIssuer if has("issuer") => {
                errors.push(Error::new(key.span(), messages::issuer_and_any()));
            }
            Meaning::AnyIssuer => issuer = Issuer::Any,
            Meaning::Claim(reference) => {
                claim_reference(reference, errors);
                claim = Some(reference.clone());
            }
            Meaning::Issuer(member) => match members.iter().find(|other| is_same(other, member)) {
                Some(other) => issuer = Issuer::Field((*other).clone()),
                None => {
                    let names: Vec<String> = members.iter().map(|other| text(other)).collect();
                    let message = messages::no_such_field(&text(member), &names);
                    errors.push(Error::new_spanned(member, message));
                }
            },
        }
    }
    FieldOwner::Compared { claim, issuer }
}

fn is_same(left: &Member, right: &Member) -> bool {
    text(left) == text(right)
}

fn text(member: &Member) -> String {
    match member {
        Member::Named(name) => name.unraw().to_string(),
        Member::Unnamed(index) => index.index.to_string(),
    }
}
