//! `owner(..)` and `claim(..) == ..`: what is about one object or one claim.

use proc_macro2::{Ident, TokenTree};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::parse::discouraged::Speculative;
use syn::{Error, Lit, LitInt, LitStr, Result, Token, parenthesized, token};

use super::value::as_string;
use super::{attempt, found, skip};
use crate::ast::{Claim, IsOwner, Value};
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
    let parameter = fork.call(Ident::parse_any).ok()?;
    input.advance_to(&fork);
    Some(parameter)
}

fn parameter(content: ParseStream<'_>) -> Result<Ident> {
    let start = content.cursor();
    let fork = content.fork();
    if let Ok(parameter) = fork.call(Ident::parse_any)
        && (fork.is_empty() || fork.peek(Token![,]))
    {
        content.advance_to(&fork);
        return Ok(parameter);
    }
    let as_text = content.fork().parse::<LitStr>().ok().map(|text| text.value());
    let is_option = content.peek(Ident::peek_any) && content.peek2(Token![=]);
    skip(content, |content| content.peek(Token![,]));
    let message = match as_text {
        _ if is_option => messages::owner_of_nothing(),
        Some(name) => messages::owner_of_text(&name),
        None => messages::owner_of_expression(),
    };
    let range = start..content.cursor();
    skip(content, |_| false);
    Err(Error::new_range(range, message))
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
    let reference = reference(&content).map_err(|message| {
        skip(&content, |_| false);
        errors.push(Error::new(parentheses.span.join(), message));
    });
    let shown = match &reference {
        Ok(reference) => source(reference),
        Err(()) => r#""..""#.to_owned(),
    };
    equals_sign(&key, &shown, input, errors)?;
    let expected = expected(&shown, input)?;
    Ok(reference.ok().map(|reference| Claim { key, reference, expected }))
}

/// One string, or what to write instead.
fn reference(content: ParseStream<'_>) -> core::result::Result<LitStr, String> {
    if let Ok(reference) = content.fork().parse::<LitStr>() {
        // It is there.
        let _ = content.parse::<LitStr>();
        let _ = content.parse::<Option<Token![,]>>();
        return if content.is_empty() { Ok(reference) } else { Err(messages::claim_of_several()) };
    }
    let name = content.fork().call(Ident::parse_any).ok();
    Err(messages::claim_of_no_string(name.as_ref()))
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
        "=>"
    } else if input.parse::<Option<Token![=]>>()?.is_some() {
        "="
    } else if !input.peek(Token![::]) && input.parse::<Option<Token![:]>>()?.is_some() {
        ":"
    } else {
        return Err(input.error(messages::claim_operator(reference, found(input))));
    };
    // What was meant is clear, so that the value is looked at too.
    let message = messages::claim_equals_sign(reference, written);
    errors.push(Error::new_range(start..input.cursor(), message));
    Ok(())
}

fn expected(reference: &str, input: ParseStream<'_>) -> Result<Expected> {
    let start = input.cursor();
    if input.is_empty() || input.peek(Token![,]) {
        return Err(input.error(messages::claim_without_value(reference)));
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
            Lit::Str(literal) => Ok(Expected::Text(literal)),
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
    let value = attempt::<Value>(input);
    let range = if value.is_some() { start..input.cursor() } else { start..end_of_token(input) };
    Err(Error::new_range(
        range,
        match value {
            Some(Value::Group(group)) => messages::claim_with_group(reference, &group),
            Some(Value::Const(path)) if path.path.is_ident("null") => messages::claim_null(),
            _ => messages::claim_expected(None),
        },
    ))
}

/// `path("parameter")`
fn path(word: &Ident, input: ParseStream<'_>) -> Result<Expected> {
    if !input.peek(token::Paren) {
        return Err(Error::new(word.span(), messages::path_of_no_string(None)));
    }
    let content;
    let parentheses = parenthesized!(content in input);
    match reference(&content) {
        Ok(parameter) => Ok(Expected::Path(parameter)),
        Err(_) => {
            let name = content.fork().call(Ident::parse_any).ok();
            skip(&content, |_| false);
            Err(Error::new(parentheses.span.join(), messages::path_of_no_string(name.as_ref())))
        }
    }
}

/// Takes one token and says where it ends.
fn end_of_token<'a>(input: ParseStream<'a>) -> syn::buffer::Cursor<'a> {
    let _ = input.parse::<TokenTree>();
    input.cursor()
}
