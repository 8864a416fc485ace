//! Requirements: what stands between the commas of an attribute and of its groups.

use core::ops::Range;

use proc_macro2::Ident;
use syn::buffer::Cursor;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::parse::discouraged::Speculative;
use syn::{Error, ExprPath, Lit, LitStr, Path, Result, Token, token};

use super::{
    Delimited, Member, attempt, crate_path, delimited, exclamation_mark, found, group, object, operator,
    take_token,
};
use crate::ast::{Check, Grants, IsPrincipal, MaxAge, Requirement, Value, Word};
use crate::errors::Errors;
use crate::model::{Kind, Principal};
use crate::source::source;
use crate::{messages, suggestion};

impl Member for Requirement {
    const MISTAKE: Self = Self::Mistake;

    fn parse(input: ParseStream<'_>, previous: Option<&Self>, errors: &mut Errors) -> Result<Self> {
        if let Some(policy) = policy(input) {
            return policy.map(Self::Policy);
        }
        if let Some(error) = object::claim_behind_value(input) {
            return Err(error);
        }
        if let Some((values, range)) = bare_values(input) {
            return Err(Error::new_range(range, misplaced_values(values, previous)));
        }
        if input.peek(LitStr) {
            let text = input.parse::<LitStr>()?;
            return Err(Error::new(text.span(), misplaced_values(vec![Value::Literal(text)], previous)));
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
        match word.to_string().as_str() {
            "check" => {
                key_value(&word, input, messages::check_without_path, errors)?;
                Ok(Self::Check(Check { path: check(input)?, key: word }))
            }
            "claim" => Ok(object::claim(word, input, errors)?.map_or(Self::Mistake, Self::Claim)),
            "crate" => Ok(Self::Crate(crate_path(word, input, errors))),
            "max_age" => {
                key_value(&word, input, messages::max_age_without_value, errors)?;
                Ok(Self::MaxAge(MaxAge { value: duration(input)?, key: word }))
            }
            "owner" => object::owner(word, input, errors).map(Self::Owner),
            "principal" => {
                key_value(&word, input, messages::principal_without_value, errors)?;
                Ok(Self::Principal(IsPrincipal { principal: principal(input)?, key: word }))
            }
            "policies" | "policy" => {
                let policy = named(input);
                Err(Error::new(word.span(), messages::policy_with_key(policy.as_ref())))
            }
            _ => {
                let mistake = Error::new(word.span(), messages::unknown_key(&word));
                let meant = suggestion::word_for(&word);
                let kind = Kind::ALL.into_iter().find(|kind| meant == Some(kind.key()));
                let Some(kind) = kind.filter(|_| is_key_value(input)) else { return Err(mistake) };
                errors.push(mistake);
                // What was meant is clear, so that the value is looked at too.
                value_of(&Ident::new(kind.key(), word.span()), input, errors)?;
                Ok(Self::Mistake)
            }
        }
    }

    fn joined(&self, word: Word, right: ParseStream<'_>) -> String {
        if let Some(right) = attempt::<Self>(right) {
            return format!("{word}({self}, {right})");
        }
        match (self, attempt::<Value>(right)) {
            (Self::Grants(Grants { key, value, .. }), Some(right)) => {
                format!("{key} = {word}({value}, {right})")
            }
            (Self::Claim(claim), Some(Value::Literal(right))) => {
                let reference = source(&claim.reference);
                format!("{word}({self}, claim({reference}) == {})", source(&right))
            }
            _ => format!("{word}({self}, ..)"),
        }
    }

    fn followed_by(&self, found: &str) -> String {
        match self {
            Self::Grants(_) => messages::expression(),
            Self::Owner(written) => messages::behind_owner(&written.owner.parameter, found),
            _ => messages::behind_requirement(self, found),
        }
    }
}

/// The path of a policy: as types are, it is in `UpperCamelCase`.
fn policy(input: ParseStream<'_>) -> Option<Result<Path>> {
    let start = input.cursor();
    let fork = input.fork();
    let ExprPath { qself, path, .. } = fork.parse().ok()?;
    if !is_policy(&path) {
        return None;
    }
    let has_generics = qself.is_some()
        || path.segments.iter().any(|segment| !segment.arguments.is_none())
        || fork.peek(Token![<]) && !fork.peek(Token![<=]);
    let is_known = path.get_ident().and_then(suggestion::word_for).is_some();
    let is_policy = !is_known
        || fork.is_empty()
        || fork.peek(Token![,])
        || fork.peek(Lit)
        || fork.peek(Ident::peek_any)
        || operator(&fork.fork()).is_some();
    if has_generics {
        super::skip(&fork, |fork| fork.peek(Token![,]));
        input.advance_to(&fork);
        return Some(Err(Error::new_range(start..input.cursor(), messages::policy_with_generics())));
    }
    if !is_known && (fork.peek(token::Paren) || fork.peek(Token![=])) {
        let has_value = fork.peek(Token![=]);
        delimited(&fork);
        input.advance_to(&fork);
        let message = if has_value {
            messages::policy_with_value(&path)
        } else {
            messages::policy_with_arguments(&path)
        };
        return Some(Err(Error::new_range(start..input.cursor(), message)));
    }
    is_policy.then(|| {
        input.advance_to(&fork);
        Ok(path)
    })
}

/// `Admin`, and not `ADMIN` or `admin`; one letter is a name of a type too.
fn is_policy(path: &Path) -> bool {
    let Some(last) = path.segments.last() else { return false };
    let name = last.ident.unraw().to_string();
    let mut rest = name.chars();
    let starts_upper = rest.next().is_some_and(char::is_uppercase);
    starts_upper && !name.contains('_') && (rest.as_str().is_empty() || rest.any(char::is_lowercase))
}

/// Whether what follows a key says that it is one.
fn is_key_value(input: ParseStream<'_>) -> bool {
    input.peek(Token![=]) || input.peek(Token![:]) && !input.peek(Token![::])
}

/// `= Admin`, `(Admin)`, behind a key that there is none of.
fn named(input: ParseStream<'_>) -> Option<Value> {
    if let Some(called) = delimited(input) {
        return called.values.into_iter().next();
    }
    let fork = input.fork();
    fork.parse::<Token![=]>().ok()?;
    let value = attempt::<Value>(&fork)?;
    input.advance_to(&fork);
    Some(value)
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
        let values: Vec<Value> = delimited.values.into_iter().map(quoted).collect();
        return Err(Error::new(key.span(), messages::called_key(key, &values)));
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
        let message = messages::no_equals_sign(key, found(input));
        take_token(input);
        return Err(Error::new_range(start..input.cursor(), message));
    };
    // What was meant is clear, so that the value is looked at too.
    errors.push(Error::new_range(start..input.cursor(), messages::equals_sign(key, written)));
    Ok(())
}

/// What stands between a key and what is no name.
fn key_value(
    key: &Ident,
    input: ParseStream<'_>,
    without: impl Fn(Option<&Value>) -> String,
    errors: &mut Errors,
) -> Result<()> {
    if input.is_empty() || input.peek(Token![,]) {
        return Err(Error::new(key.span(), without(None)));
    }
    if let Some(called) = delimited(input) {
        return Err(Error::new(key.span(), without(called.values.first())));
    }
    equals_sign(key, input, errors)?;
    if input.is_empty() || input.peek(Token![,]) {
        return Err(Error::new(key.span(), without(None)));
    }
    Ok(())
}

/// The path of a function with `#[check]`.
fn check(input: ParseStream<'_>) -> Result<Path> {
    let start = input.cursor();
    match attempt::<Value>(input) {
        Some(Value::Const(ExprPath { qself, path, .. })) => {
            let has_generics = qself.is_some()
                || path.segments.iter().any(|segment| !segment.arguments.is_none())
                || input.peek(Token![<]) && !input.peek(Token![<=]);
            if has_generics {
                super::skip(input, |input| input.peek(Token![,]));
                return Err(Error::new_range(start..input.cursor(), messages::check_with_generics()));
            }
            Ok(path)
        }
        Some(value) => Err(Error::new_range(start..input.cursor(), messages::check_of(&value))),
        None => Err(called_check(input)
            .or_else(|| negated_check(input))
            .unwrap_or_else(|| Error::new(input.span(), messages::check_without_path(None)))),
    }
}

/// `check = !may_edit`
fn negated_check(input: ParseStream<'_>) -> Option<Error> {
    let start = input.cursor();
    let fork = input.fork();
    fork.parse::<Token![!]>().ok()?;
    let mark = start..fork.cursor();
    let path = attempt::<Value>(&fork)?;
    Some(Error::new_range(mark, messages::operator("!", &format!("not(check = {path})"))))
}

/// `check = may_edit()`.
fn called_check(input: ParseStream<'_>) -> Option<Error> {
    let start = input.cursor();
    let fork = input.fork();
    let path = fork.parse::<ExprPath>().ok()?;
    fork.peek(token::Paren).then(|| {
        delimited(&fork);
        Error::new_range(start..fork.cursor(), messages::called_check(&Value::Const(path)))
    })
}

/// `"15m"`; whether it is one is seen later.
fn duration(input: ParseStream<'_>) -> Result<LitStr> {
    let start = input.cursor();
    if input.peek(LitStr) {
        return input.parse();
    }
    if input.peek(Lit) {
        let literal = input.parse::<Lit>()?;
        let number = if let Lit::Int(number) = &literal { Some(number.to_string()) } else { None };
        return Err(Error::new(literal.span(), messages::max_age_as_number(number.as_deref())));
    }
    match attempt::<Value>(input) {
        Some(_) => Err(Error::new_range(start..input.cursor(), messages::max_age_without_value(None))),
        None => Err(Error::new(input.span(), messages::max_age_without_value(None))),
    }
}

/// `user` or `client`.
fn principal(input: ParseStream<'_>) -> Result<Principal> {
    let start = input.cursor();
    let value = attempt::<Value>(input);
    if let Some(Value::Const(path)) = &value
        && let Some(word) = path.path.get_ident()
        && let Some(principal) = Principal::ALL.into_iter().find(|principal| word == principal.as_str())
    {
        return Ok(principal);
    }
    if value.is_none() {
        return Err(Error::new(input.span(), messages::principal_without_value(None)));
    }
    Err(Error::new_range(start..input.cursor(), messages::principal_without_value(value.as_ref())))
}

/// What to say of names without a key.
fn misplaced_values(values: Vec<Value>, previous: Option<&Requirement>) -> String {
    match previous {
        Some(Requirement::Grants(Grants {
            kind,
            value: value @ (Value::Literal(_) | Value::Const(_)),
            ..
        })) => {
            let values: Vec<Value> = [value.clone()].into_iter().chain(values).map(quoted).collect();
            messages::bare_values_after(*kind, &values)
        }
        _ => match values.as_slice() {
            [Value::Const(path)] => messages::bare_word(&path.path),
            [Value::Literal(text)] if text.value().contains('=') => messages::quoted_rule(),
            _ => messages::bare_values(&values.into_iter().map(quoted).collect::<Vec<_>>()),
        },
    }
}

/// Names without a key: `"a", READ`.
fn bare_values(input: ParseStream<'_>) -> Option<(Vec<Value>, Range<Cursor<'_>>)> {
    let start = input.cursor();
    let mut end = start;
    let mut values = Vec::new();
    let fork = input.fork();
    while let Some(value) = attempt::<Value>(&fork).filter(is_bare_name)
        && (fork.is_empty() || fork.peek(Token![,]) || fork.peek(Lit))
    {
        values.push(value);
        input.advance_to(&fork);
        end = fork.cursor();
        // Between two names the comma may have been forgotten, too.
        if fork.parse::<Token![,]>().is_err() && !fork.peek(Lit) {
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
        Value::Const(path) => !is_policy(&path.path) && !path.path.get_ident().is_some_and(is_key),
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
