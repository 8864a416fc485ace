//! Tokens to the written form. After a mistake it goes on behind the next comma.

use core::fmt::Display;
use core::ops::Range;

use proc_macro2::{Delimiter, Ident, Spacing, TokenStream, TokenTree};
use quote::quote_spanned;
use syn::buffer::Cursor;
use syn::ext::IdentExt;
use syn::parse::discouraged::Speculative;
use syn::parse::{ParseStream, Parser};
use syn::{Error, ExprPath, Lit, LitStr, Path, Result, Token, parenthesized, token};

use crate::ast::{CratePath, Grants, Group, Requirement, Value, Word};
use crate::errors::Errors;
use crate::model::Kind;
use crate::{messages, suggestion};

/// The arguments of `#[requires(..)]`.
pub(crate) fn requires(arguments: TokenStream, errors: &mut Errors) -> Vec<Requirement> {
    all_of(arguments, errors, |input, errors| Ok(members(input, errors)))
}

/// The arguments of `#[public(..)]`.
pub(crate) fn public(arguments: TokenStream, errors: &mut Errors) -> Vec<Requirement> {
    all_of(arguments, errors, |input, errors| {
        if input.is_empty() {
            return Ok(Vec::new());
        }
        let start = input.cursor();
        if input.peek(Token![crate]) && input.peek2(Token![=]) {
            let path = Requirement::Crate(crate_path(input.call(Ident::parse_any)?, input, errors));
            input.parse::<Option<Token![,]>>()?;
            if input.is_empty() {
                return Ok(vec![path]);
            }
        }
        skip(input, |_| false);
        Err(Error::new_range(start..input.cursor(), messages::public_with_arguments()))
    })
}

fn all_of(
    arguments: TokenStream,
    errors: &mut Errors,
    parse: impl FnOnce(ParseStream<'_>, &mut Errors) -> Result<Vec<Requirement>>,
) -> Vec<Requirement> {
    let parsed = (|input: ParseStream<'_>| parse(input, errors)).parse2(arguments);
    parsed.unwrap_or_else(|error| {
        errors.push(error);
        vec![Requirement::Mistake]
    })
}

/// What stands between commas: requirements in the root and in their groups, values in theirs.
trait Member: Display + Sized {
    const MISTAKE: Self;

    fn parse(input: ParseStream<'_>, previous: Option<&Self>, errors: &mut Errors) -> Result<Self>;

    /// What to write for `self OPERATOR right`.
    fn joined(&self, word: Word, right: ParseStream<'_>) -> String;
}

fn members<T: Member>(input: ParseStream<'_>, errors: &mut Errors) -> Vec<T> {
    let mut members = Vec::new();
    while !input.is_empty() {
        let member = T::parse(input, members.last(), errors)
            .and_then(|member| end_of_member(&member, input).map(|()| member));
        members.push(member.unwrap_or_else(|error| {
            errors.push(error);
            skip(input, |input| input.peek(Token![,]));
            T::MISTAKE
        }));
        // There is one, or it is the end.
        let _ = input.parse::<Option<Token![,]>>();
    }
    members
}

fn end_of_member<T: Member>(member: &T, input: ParseStream<'_>) -> Result<()> {
    if input.is_empty() || input.peek(Token![,]) {
        return Ok(());
    }
    let start = input.cursor();
    if let Some((word, written)) = operator(input) {
        let operator = start..input.cursor();
        let instead = member.joined(word, input);
        return Err(Error::new_range(operator, messages::operator(&written, &instead)));
    }
    let expects_comma = input.peek(Lit) || input.peek(Ident::peek_any) && !input.peek(Token![as]);
    Err(input.error(if expects_comma {
        messages::missing_comma(found(input))
    } else {
        messages::expression()
    }))
}

/// Takes `&&`, `||` and what else people write for them.
fn operator(input: ParseStream<'_>) -> Option<(Word, String)> {
    let fork = input.fork();
    let (word, written) = if fork.parse::<Token![&&]>().is_ok() {
        (Word::All, "&&".to_owned())
    } else if fork.parse::<Token![||]>().is_ok() {
        (Word::Any, "||".to_owned())
    } else if fork.parse::<Token![&]>().is_ok() {
        (Word::All, "&".to_owned())
    } else if fork.parse::<Token![|]>().is_ok() {
        (Word::Any, "|".to_owned())
    } else {
        let ident = fork.call(Ident::parse_any).ok()?;
        let written = ident.to_string();
        match written.to_lowercase().as_str() {
            "and" => (Word::All, written),
            "or" => (Word::Any, written),
            _ => return None,
        }
    };
    input.advance_to(&fork);
    Some((word, written))
}

impl Member for Requirement {
    const MISTAKE: Self = Self::Mistake;

    fn parse(input: ParseStream<'_>, previous: Option<&Self>, errors: &mut Errors) -> Result<Self> {
        if let Some((values, range)) = bare_values(input) {
            return Err(match previous {
                Some(Self::Grants(Grants {
                    kind,
                    value: value @ (Value::Literal(_) | Value::Const(_)),
                    ..
                })) => {
                    let values: Vec<&Value> = [value].into_iter().chain(&values).collect();
                    Error::new_range(range, messages::bare_values_after(*kind, &values))
                }
                _ => {
                    let names: Vec<Value> = values.into_iter().map(quoted).collect();
                    Error::new_range(range, messages::bare_values(&names))
                }
            });
        }
        if let Some(error) = exclamation_mark::<Self>(input) {
            return Err(error);
        }
        if let Some(Delimited { range, .. }) = delimited(input) {
            return Err(Error::new_range(range, messages::parentheses()));
        }
        if !input.peek(Ident::peek_any) {
            return Err(input.error(messages::expected_requirement(found(input))));
        }
        let word = input.call(Ident::parse_any)?;
        if let Some(kind) = Kind::from_key(&word) {
            let value = value_of(&word, input, errors)?;
            return Ok(Self::Grants(Grants { key: word, kind, value }));
        }
        if let Some(group_word) = Word::from_ident(&word) {
            return group(&word, group_word, input, errors).map(Self::Group);
        }
        if word == "crate" {
            return Ok(Self::Crate(crate_path(word, input, errors)));
        }
        Err(Error::new(word.span(), messages::unknown_key(&word)))
    }

    fn joined(&self, word: Word, right: ParseStream<'_>) -> String {
        if let Some(right) = attempt::<Self>(right) {
            return format!("{word}({self}, {right})");
        }
        match (self, attempt::<Value>(right)) {
            (Self::Grants(Grants { key, value, .. }), Some(right)) => {
                format!("{key} = {word}({value}, {right})")
            }
            _ => format!("{word}({self}, ..)"),
        }
    }
}

impl Member for Value {
    const MISTAKE: Self = Self::Mistake;

    fn parse(input: ParseStream<'_>, _: Option<&Self>, errors: &mut Errors) -> Result<Self> {
        if input.peek(LitStr) {
            return input.parse().map(Self::Literal);
        }
        if input.peek(Lit) {
            let literal = input.parse::<Lit>()?;
            return Err(Error::new(literal.span(), messages::not_a_string(as_string(&literal).as_deref())));
        }
        if let Some(error) = exclamation_mark::<Self>(input) {
            return Err(error);
        }
        if let Some(Delimited { values, range }) = delimited(input) {
            return Err(Error::new_range(range, messages::bare_list(&values)));
        }
        if let Some(error) = reference(input) {
            return Err(error);
        }
        let fork = input.fork();
        if let Ok(word) = fork.call(Ident::parse_any) {
            if let Some(group_word) = Word::from_ident(&word) {
                input.advance_to(&fork);
                return group(&word, group_word, input, errors).map(Self::Group);
            }
            if fork.peek(Token![=]) && !fork.peek(Token![==]) {
                return Err(Error::new(word.span(), messages::requirement_among_values(&word)));
            }
        }
        path(input)
    }

    fn joined(&self, word: Word, right: ParseStream<'_>) -> String {
        match attempt::<Self>(right) {
            Some(right) => format!("{word}({self}, {right})"),
            None => format!("{word}({self}, ..)"),
        }
    }
}

/// The path of a constant.
fn path(input: ParseStream<'_>) -> Result<Value> {
    let start = input.cursor();
    let fork = input.fork();
    let Ok(path) = fork.parse::<ExprPath>() else {
        return Err(input.error(messages::expected_value(found(input))));
    };
    input.advance_to(&fork);
    let range = start..input.cursor();
    let value = Value::Const(path);
    if input.peek(token::Paren) {
        return Err(Error::new_range(range, messages::unknown_call(&value)));
    }
    if input.peek(Token![!]) && !input.peek(Token![!=]) {
        return Err(Error::new_range(range, messages::macro_call(&value)));
    }
    Ok(value)
}

/// `= value`, behind the key.
fn value_of(key: &Ident, input: ParseStream<'_>, errors: &mut Errors) -> Result<Value> {
    equals_sign(key, input, errors)?;
    if input.is_empty() || input.peek(Token![,]) {
        return Err(Error::new(key.span(), messages::no_value(key)));
    }
    Value::parse(input, None, errors)
}

fn equals_sign(key: &Ident, input: ParseStream<'_>, errors: &mut Errors) -> Result<()> {
    let start = input.cursor();
    if input.is_empty() || input.peek(Token![,]) {
        return Err(Error::new(key.span(), messages::no_value(key)));
    }
    if let Some(delimited) = delimited(input) {
        return Err(Error::new(key.span(), messages::called_key(key, &delimited.values)));
    }
    let written = if input.parse::<Option<Token![==]>>()?.is_some() {
        " =="
    } else if input.parse::<Option<Token![=>]>>()?.is_some() {
        " =>"
    } else if input.parse::<Option<Token![!=]>>()?.is_some() {
        return Err(Error::new_range(start..input.cursor(), messages::unequal_sign(key)));
    } else if input.parse::<Option<Token![=]>>()?.is_some() {
        return Ok(());
    } else if !input.peek(Token![::]) && input.parse::<Option<Token![:]>>()?.is_some() {
        ":"
    } else {
        return Err(input.error(messages::no_equals_sign(key, found(input))));
    };
    // What was meant is clear, so that the value is looked at too.
    errors.push(Error::new_range(start..input.cursor(), messages::equals_sign(key, written)));
    Ok(())
}

fn group<T: Member>(
    ident: &Ident,
    word: Word,
    input: ParseStream<'_>,
    errors: &mut Errors,
) -> Result<Group<T>> {
    if !input.peek(token::Paren) {
        return Err(Error::new(ident.span(), messages::word_without_parentheses(word)));
    }
    let content;
    let parentheses = parenthesized!(content in input);
    let mut ends = quote_spanned!(ident.span()=> _);
    ends.extend(quote_spanned!(parentheses.span.close()=> _));
    Ok(Group { word, members: members(&content, errors), ends })
}

fn crate_path(key: Ident, input: ParseStream<'_>, errors: &mut Errors) -> CratePath {
    let path = || {
        input.parse::<Token![=]>()?;
        input.call(Path::parse_mod_style)
    };
    let path = path().map_err(|_| {
        let at_end = input.is_empty() || input.peek(Token![,]);
        let span = if at_end { key.span() } else { input.span() };
        errors.push(Error::new(span, messages::crate_without_path()));
        skip(input, |input| input.peek(Token![,]));
    });
    CratePath { key, path: path.ok() }
}

/// Names without a key: `"a", READ`.
fn bare_values(input: ParseStream<'_>) -> Option<(Vec<Value>, Range<Cursor<'_>>)> {
    let start = input.cursor();
    let mut end = start;
    let mut values = Vec::new();
    let fork = input.fork();
    while let Some(value) = attempt::<Value>(&fork).filter(is_bare_name)
        && (fork.is_empty() || fork.peek(Token![,]))
    {
        values.push(value);
        input.advance_to(&fork);
        end = fork.cursor();
        if fork.parse::<Token![,]>().is_err() {
            break;
        }
    }
    (!values.is_empty()).then_some((values, start..end))
}

/// A string or a path; a word that was meant as a key is neither.
fn is_bare_name(value: &Value) -> bool {
    let is_key = |ident: &Ident| ident == "crate" || suggestion::word_for(ident).is_some();
    match value {
        Value::Literal(_) => true,
        Value::Const(path) => !path.path.get_ident().is_some_and(is_key),
        Value::Group(_) | Value::Mistake => false,
    }
}

/// `admin` is no constant: the quotes were forgotten.
fn quoted(value: Value) -> Value {
    match &value {
        Value::Const(path) => match path.path.get_ident() {
            Some(ident) if ident.to_string().starts_with(char::is_lowercase) => {
                Value::Literal(LitStr::new(&ident.to_string(), ident.span()))
            }
            _ => value,
        },
        _ => value,
    }
}

/// `!`, with what follows it.
fn exclamation_mark<T: Member>(input: ParseStream<'_>) -> Option<Error> {
    let start = input.cursor();
    let fork = input.fork();
    fork.parse::<Token![!]>().ok()?;
    let mark = start..fork.cursor();
    let instead = match attempt::<T>(&fork) {
        Some(negated) => format!("not({negated})"),
        None => "not(..)".to_owned(),
    };
    Some(Error::new_range(mark, messages::operator("!", &instead)))
}

/// `&`, with what follows it.
fn reference(input: ParseStream<'_>) -> Option<Error> {
    let start = input.cursor();
    let fork = input.fork();
    fork.parse::<Token![&]>().ok()?;
    let message = match delimited(&fork) {
        Some(Delimited { values, .. }) => messages::bare_list(&values),
        None => {
            let value = attempt::<Value>(&fork)?;
            messages::operator(&format!("&{value}"), &value.to_string())
        }
    };
    Some(Error::new_range(start..fork.cursor(), message))
}

struct Delimited<'a> {
    values: Vec<Value>,
    range: Range<Cursor<'a>>,
}

/// Values between any delimiters. What is not a value is a [`Value::Mistake`] there.
fn delimited(input: ParseStream<'_>) -> Option<Delimited<'_>> {
    let start = input.cursor();
    let content = input.fork().parse::<proc_macro2::Group>().ok()?;
    input.parse::<TokenTree>().ok()?;
    let mut errors = Errors::default();
    let parsed = (|input: ParseStream<'_>| Ok(members(input, &mut errors))).parse2(content.stream());
    // The delimiters are the mistake, not what is between them.
    let _ = errors.finish();
    Some(Delimited { values: parsed.unwrap_or_default(), range: start..input.cursor() })
}

/// The next member when it is free of mistakes; nothing is taken otherwise.
fn attempt<T: Member>(input: ParseStream<'_>) -> Option<T> {
    let mut errors = Errors::default();
    let fork = input.fork();
    let parsed = T::parse(&fork, None, &mut errors);
    let sound = errors.finish().is_none();
    let member = parsed.ok().filter(|_| sound)?;
    input.advance_to(&fork);
    Some(member)
}

/// Takes tokens up to the one that is wanted.
fn skip(input: ParseStream<'_>, is_wanted: impl Fn(ParseStream<'_>) -> bool) {
    while !input.is_empty() && !is_wanted(input) && input.parse::<TokenTree>().is_ok() {}
}

/// The next token, in words.
fn found(input: ParseStream<'_>) -> String {
    let mut tokens = input.cursor().token_stream().into_iter();
    let mut text = String::from("`");
    loop {
        match tokens.next() {
            None if text.len() == 1 => return "nothing".to_owned(),
            None => break,
            Some(TokenTree::Group(group)) => match group.delimiter() {
                Delimiter::Parenthesis => text.push_str("(..)"),
                Delimiter::Brace => text.push_str("{..}"),
                Delimiter::Bracket => text.push_str("[..]"),
                Delimiter::None => text.push_str(&group.to_string()),
            },
            Some(TokenTree::Punct(punct)) => {
                text.push(punct.as_char());
                if punct.spacing() == Spacing::Joint {
                    continue;
                }
            }
            Some(token) => text.push_str(&token.to_string()),
        }
        break;
    }
    text.push('`');
    text
}

/// What a literal of another type is as a string.
fn as_string(literal: &Lit) -> Option<String> {
    let text = match literal {
        Lit::Bool(literal) => literal.value.to_string(),
        Lit::ByteStr(literal) => String::from_utf8(literal.value()).ok()?,
        Lit::CStr(literal) => literal.value().into_string().ok()?,
        Lit::Byte(literal) => char::from(literal.value()).to_string(),
        Lit::Char(literal) => literal.value().to_string(),
        Lit::Int(literal) => literal.to_string(),
        Lit::Float(literal) => literal.to_string(),
        _ => return None,
    };
    Some(format!("{text:?}"))
}
