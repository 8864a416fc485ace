//! `owner(..)` and `claim(..) == ..`: what is about one object or one claim.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::parse::discouraged::Speculative;
use syn::{Error, Lit, LitInt, LitStr, Result, Token, parenthesized, token};

use super::value::as_string;
use super::{Delimited, attempt, delimited, found, skip, take_token};
use crate::ast::{Claim, IsOwner, Value, Word};
use crate::errors::Errors;
use crate::messages;
use crate::model::{Expected, Owner};
use crate::source::source;

/// `(parameter, claim = "reference", hide)`, behind the key.
pub(super) fn owner(key: Ident, input: ParseStream<'_>, errors: &mut Errors) -> Result<IsOwner> {
    if !input.peek(token::Paren) {
        let parameter = written_with_equals_sign(input);
        return Err(Error::new(key.span(), messages::owner_without_parentheses(parameter.as_ref())));
    }
    let content;
    let parentheses = parenthesized!(content in input);
    if content.is_empty() {
        return Err(Error::new(parentheses.span.join(), messages::owner_of_nothing()));
    }
    let parameter = parameter(&content)?;
    if let Some(error) = option_in_first_place(&parameter, &content) {
        skip(&content, |_| false);
        return Err(error);
    }
    let mut owner = Owner { parameter, claim: None, hide: false };
    while !content.is_empty() {
        content.parse::<Token![,]>()?;
        if !content.is_empty()
            && let Err(error) = option(&content, &mut owner)
        {
            errors.push(error);
            skip(&content, |content| content.peek(Token![,]));
        }
    }
    Ok(IsOwner { key, owner })
}

/// `owner = article`
fn written_with_equals_sign(input: ParseStream<'_>) -> Option<Ident> {
    let fork = input.fork();
    fork.parse::<Token![=]>().ok()?;
    let parameter = match fork.parse::<LitStr>() {
        Ok(text) => text.parse().ok()?,
        Err(_) => fork.call(Ident::parse_any).ok()?,
    };
    input.advance_to(&fork);
    Some(parameter)
}

fn parameter(content: ParseStream<'_>) -> Result<Ident> {
    let start = content.cursor();
    let fork = content.fork();
    // As in a pattern or an expression.
    let is_alone = !fork.peek(Token![&]) && !fork.peek(Token![mut]);
    fork.parse::<Option<Token![&]>>()?;
    fork.parse::<Option<Token![mut]>>()?;
    let name = fork.call(Ident::parse_any).ok();
    let is_at_end = fork.is_empty() || fork.peek(Token![,]);
    let message = match &name {
        Some(name) if is_alone && is_at_end => {
            content.advance_to(&fork);
            return Ok(name.clone());
        }
        Some(_) if is_alone && fork.peek(Token![=]) => messages::owner_of_nothing(),
        Some(_) if is_alone && (fork.peek(Lit) || fork.peek(Ident::peek_any)) => {
            skip(content, |_| false);
            return Err(fork.error(messages::missing_comma(found(&fork))));
        }
        Some(name) if is_at_end || fork.peek(Token![:]) && !fork.peek(Token![::]) => {
            messages::owner_of_pattern(name)
        }
        Some(name) => messages::owner_of_expression(name),
        None => match content.fork().parse::<LitStr>() {
            Ok(text) => messages::owner_of_text(&text.value()),
            Err(_) => messages::owner_of_nothing(),
        },
    };
    skip(content, |content| content.peek(Token![,]));
    let range = start..content.cursor();
    skip(content, |_| false);
    Err(Error::new_range(range, message))
}

/// `hide, article`, where `hide` is no argument's name.
fn option_in_first_place(parameter: &Ident, content: ParseStream<'_>) -> Option<Error> {
    if parameter != "hide" {
        return None;
    }
    let fork = content.fork();
    fork.parse::<Token![,]>().ok()?;
    let other = fork.call(Ident::parse_any).ok()?;
    let is_option = messages::OWNER_OPTIONS.iter().any(|option| other == option);
    (!is_option && fork.is_empty())
        .then(|| Error::new(parameter.span(), messages::owner_behind_option(&other, parameter)))
}

/// `claim = "reference"` or `hide`.
fn option(content: ParseStream<'_>, owner: &mut Owner) -> Result<()> {
    if !content.peek(Ident::peek_any) {
        return Err(content.error(messages::expected_owner_option(found(content))));
    }
    let word = content.call(Ident::parse_any)?;
    let is_given_twice = match word.to_string().as_str() {
        "claim" => {
            let reference = option_value(&word, content)?;
            owner.claim.replace(reference).is_some()
        }
        "hide" if content.is_empty() || content.peek(Token![,]) => core::mem::replace(&mut owner.hide, true),
        "hide" => return Err(Error::new(word.span(), messages::hide_with_value())),
        _ => return Err(Error::new(word.span(), messages::unknown_owner_option(&word))),
    };
    if is_given_twice {
        return Err(Error::new(word.span(), messages::duplicate_word(&word)));
    }
    if content.is_empty() || content.peek(Token![,]) {
        return Ok(());
    }
    Err(content.error(messages::expected_owner_option(found(content))))
}

fn option_value(key: &Ident, content: ParseStream<'_>) -> Result<LitStr> {
    let has_sign = content.peek(Token![=]) && !content.peek(Token![==]) && !content.peek(Token![=>]);
    if !has_sign {
        return Err(Error::new(key.span(), messages::owner_claim()));
    }
    content.parse::<Token![=]>()?;
    content.fork().parse::<LitStr>().map_err(|_| {
        let span = if content.is_empty() { key.span() } else { content.span() };
        Error::new(span, messages::owner_claim())
    })?;
    content.parse()
}

/// `("reference") == literal`, behind the key. `None` after a mistake in the reference, which was reported.
pub(super) fn claim(key: Ident, input: ParseStream<'_>, errors: &mut Errors) -> Result<Option<Claim>> {
    if !input.peek(token::Paren) {
        return Err(Error::new(key.span(), messages::claim_without_parentheses()));
    }
    let content;
    let parentheses = parenthesized!(content in input);
    let is_alone = input.is_empty() || input.peek(Token![,]);
    let reference = match reference(&content, parentheses, messages::claim_of_no_string) {
        Ok(reference) => Some(reference),
        Err(mistake) if is_alone => return Err(mistake),
        Err(mistake) => {
            errors.push(mistake);
            None
        }
    };
    let shown = reference.as_ref().map_or_else(|| r#""..""#.to_owned(), source);
    equals_sign(&key, &shown, input, errors)?;
    let expected = expected(&key, &shown, input)?;
    Ok(reference.map(|reference| Claim { key, reference, expected }))
}

/// `"value" == claim("reference")`, with the value in the first place.
pub(super) fn claim_behind_value(input: ParseStream<'_>) -> Option<Error> {
    let start = input.cursor();
    let fork = input.fork();
    let value = if fork.peek(Lit) {
        fork.parse::<Lit>().ok()?.to_token_stream()
    } else {
        let word = fork.call(Ident::parse_any).ok().filter(|word| word == "path")?;
        let parameter = fork.parse::<proc_macro2::Group>().ok()?;
        quote!(#word #parameter)
    };
    fork.parse::<Token![==]>().ok()?;
    let claim = fork.call(Ident::parse_any).ok().filter(|word| word == "claim")?;
    let reference = fork.parse::<proc_macro2::Group>().ok()?;
    input.advance_to(&fork);
    let message = messages::claim_behind_value(&source(&quote!(#claim #reference)), &source(&value));
    Some(Error::new_range(start..input.cursor(), message))
}

/// One string between the parentheses, or what to write instead.
fn reference(
    content: ParseStream<'_>,
    parentheses: token::Paren,
    of_no_string: fn(Option<&Ident>) -> String,
) -> Result<LitStr> {
    let tokens = content.fork().parse::<TokenStream>()?;
    if let Ok(reference) = content.parse::<LitStr>() {
        content.parse::<Option<Token![,]>>()?;
        if content.is_empty() {
            return Ok(reference);
        }
        let value = content.fork().parse::<Lit>();
        skip(content, |_| false);
        let message = messages::claim_of_several(&source(&reference), value.ok().map(|value| source(&value)));
        return Err(Error::new_spanned(tokens, message));
    }
    let name = content.fork().call(Ident::parse_any).ok();
    skip(content, |_| false);
    // The name of a constant is no name of a claim.
    let name = name.filter(|name| name.to_string().starts_with(char::is_lowercase));
    let message = of_no_string(name.as_ref());
    Err(if tokens.is_empty() {
        Error::new(parentheses.span.join(), message)
    } else {
        Error::new_spanned(tokens, message)
    })
}

fn equals_sign(key: &Ident, reference: &str, input: ParseStream<'_>, errors: &mut Errors) -> Result<()> {
    if input.is_empty() || input.peek(Token![,]) {
        return Err(Error::new(key.span(), messages::claim_without_value(reference)));
    }
    let start = input.cursor();
    let written = if input.parse::<Option<Token![==]>>()?.is_some() {
        return Ok(());
    } else if input.parse::<Option<Token![!=]>>()?.is_some() {
        let message = messages::claim_unequal(reference);
        return Err(Error::new_range(start..input.cursor(), message));
    } else if input.parse::<Option<Token![=>]>>()?.is_some() {
        " =>"
    } else if input.parse::<Option<Token![=]>>()?.is_some() {
        " ="
    } else if !input.peek(Token![::]) && input.parse::<Option<Token![:]>>()?.is_some() {
        ":"
    } else {
        let message = messages::claim_operator(reference, found(input));
        take_token(input);
        return Err(Error::new_range(start..input.cursor(), message));
    };
    // What was meant is clear, so that the value is looked at too.
    let message = messages::claim_equals_sign(reference, written);
    errors.push(Error::new_range(start..input.cursor(), message));
    Ok(())
}

fn expected(key: &Ident, reference: &str, input: ParseStream<'_>) -> Result<Expected> {
    let start = input.cursor();
    if input.is_empty() || input.peek(Token![,]) {
        return Err(Error::new(key.span(), messages::claim_without_value(reference)));
    }
    let is_negative = input.peek(Token![-]) && input.peek2(LitInt);
    if is_negative {
        input.parse::<Token![-]>()?;
    }
    if input.peek(Lit) {
        let literal = input.parse::<Lit>()?;
        let range = start..input.cursor();
        return match literal {
            Lit::Bool(literal) => Ok(Expected::Boolean(literal.value)),
            Lit::Str(literal) => match parameter_in_braces(&literal.value()) {
                Some(name) => Err(Error::new_range(range, messages::claim_with_braces(name))),
                None => Ok(Expected::Text(literal)),
            },
            Lit::Int(literal) if !literal.suffix().is_empty() => {
                let sign = if is_negative { "-" } else { "" };
                let digits = format!("{sign}{}", literal.base10_digits());
                Err(Error::new_range(range, messages::claim_with_suffix(&digits)))
            }
            Lit::Int(literal) => {
                let sign = if is_negative { "-" } else { "" };
                let value = format!("{sign}{}", literal.base10_digits()).parse();
                value.map(Expected::Integer).map_err(|_| Error::new_range(range, messages::claim_too_large()))
            }
            Lit::Float(_) => Err(Error::new_range(range, messages::claim_fraction())),
            _ => Err(Error::new_range(range, messages::claim_expected(as_string(&literal).as_deref()))),
        };
    }
    let fork = input.fork();
    if let Ok(word) = fork.call(Ident::parse_any)
        && word == "path"
        && !fork.peek(Token![::])
    {
        input.advance_to(&fork);
        return path(&word, input);
    }
    if let Some(Delimited { values, range }) = delimited(input) {
        return Err(Error::new_range(range, messages::claim_with_group(reference, Word::Any, &values)));
    }
    let value = attempt::<Value>(input);
    if value.is_none() {
        take_token(input);
    }
    Err(Error::new_range(
        start..input.cursor(),
        match value {
            Some(Value::Group(group)) => messages::claim_with_group(reference, group.word, &group.members),
            Some(Value::Const(path)) => match path.path.get_ident().map(ToString::to_string) {
                Some(word) if word == "null" || word == "None" => messages::claim_null(),
                Some(word) if word.starts_with(char::is_lowercase) => {
                    messages::claim_expected(Some(&format!("{word:?}")))
                }
                _ => messages::claim_with_const(),
            },
            _ => messages::claim_expected(None),
        },
    ))
}

/// `"{tenant}"`, as it stands in a route.
fn parameter_in_braces(text: &str) -> Option<&str> {
    let name = text.strip_prefix('{')?.strip_suffix('}')?;
    let is_word = name.chars().all(|character| character.is_alphanumeric() || character == '_');
    (is_word && !name.is_empty()).then_some(name)
}

/// `path("parameter")`
fn path(word: &Ident, input: ParseStream<'_>) -> Result<Expected> {
    if !input.peek(token::Paren) {
        return Err(Error::new(word.span(), messages::path_of_no_string(None)));
    }
    let content;
    let parentheses = parenthesized!(content in input);
    reference(&content, parentheses, messages::path_of_no_string).map(Expected::Path)
}
