//! Tokens to the written form. After a mistake it goes on behind the next comma.

mod object;
mod requirement;
mod value;

use core::fmt::Display;
use core::ops::Range;

use proc_macro2::{Delimiter, Ident, Spacing, TokenStream, TokenTree};
use quote::quote_spanned;
use syn::buffer::Cursor;
use syn::ext::IdentExt;
use syn::parse::discouraged::Speculative;
use syn::parse::{ParseStream, Parser};
use syn::{Error, Lit, Path, Result, Token, parenthesized, token};

use crate::ast::{Arguments, CratePath, Group, Requirement, Value, Word};
use crate::errors::Errors;
use crate::messages;

/// The arguments of `#[requires(..)]` and `#[policy(..)]`.
pub(crate) fn requires(arguments: TokenStream, errors: &mut Errors) -> Arguments {
    let tokens = arguments.clone();
    let parse = |input: ParseStream<'_>| Ok(members(input, errors));
    let requirements = parse.parse2(arguments).unwrap_or_else(|error| {
        errors.push(error);
        vec![Requirement::Mistake]
    });
    Arguments { requirements, tokens }
}

/// The arguments of an attribute that takes none but `crate = ::path`; `others` is what to say of others.
pub(crate) fn only_crate(arguments: TokenStream, others: &str, errors: &mut Errors) -> Arguments {
    let tokens = arguments.clone();
    let parse = |input: ParseStream<'_>| {
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
        Err(Error::new_range(start..input.cursor(), others))
    };
    let requirements = parse.parse2(arguments).unwrap_or_else(|error| {
        errors.push(error);
        vec![Requirement::Mistake]
    });
    Arguments { requirements, tokens }
}

/// What stands between commas: requirements in the root and in their groups, values in theirs.
trait Member: Display + Sized {
    const MISTAKE: Self;

    fn parse(input: ParseStream<'_>, previous: Option<&Self>, errors: &mut Errors) -> Result<Self>;

    /// What to write for `self OPERATOR right`.
    fn joined(&self, word: Word, right: ParseStream<'_>) -> String;

    /// What to say of something else that follows.
    fn followed_by(&self, found: &str) -> String;
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
    if input.peek(Token![;]) {
        return Err(input.error(messages::operator(";", ",")));
    }
    let expects_comma = input.peek(Lit) || input.peek(Ident::peek_any) && !input.peek(Token![as]);
    let found = found(input);
    let message = if expects_comma { messages::missing_comma(found) } else { member.followed_by(&found) };
    take_token(input);
    Err(Error::new_range(start..input.cursor(), message))
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

/// Takes a token, or an operator of several.
fn take_token(input: ParseStream<'_>) {
    while let Ok(TokenTree::Punct(punct)) = input.parse::<TokenTree>() {
        if punct.spacing() == Spacing::Alone {
            break;
        }
    }
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
