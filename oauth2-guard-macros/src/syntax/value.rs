//! Names, and groups of them: what stands behind `scopes =`.

use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::parse::discouraged::Speculative;
use syn::{Error, ExprPath, Lit, LitStr, Result, Token, token};

use super::{Delimited, Member, attempt, delimited, exclamation_mark, found, group, reference};
use crate::ast::{Value, Word};
use crate::errors::Errors;
use crate::messages;

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

    fn followed_by(&self, _: &str) -> String {
        messages::expression()
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
        if let Value::Const(path) = &value
            && let Some(word) = path.path.get_ident().filter(|word| *word == "owner" || *word == "claim")
        {
            return Err(Error::new_range(range, messages::call_among_values(word)));
        }
        return Err(Error::new_range(range, messages::unknown_call(&value)));
    }
    if input.peek(Token![!]) && !input.peek(Token![!=]) {
        return Err(Error::new_range(range, messages::macro_call(&value)));
    }
    Ok(value)
}

/// What a literal of another type is as a string.
pub(super) fn as_string(literal: &Lit) -> Option<String> {
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
