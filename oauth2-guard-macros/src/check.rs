//! The written form to the model.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::{Error, LitStr, Path};

use crate::ast::{CratePath, Grants, Group, Requirement, Value, Word};
use crate::errors::Errors;
use crate::messages;
use crate::model::{Kind, Name, Rule};
use crate::paths::Runtime;

/// What one attribute and those stacked below it say.
///
/// After a mistake it is less than what was written; `None` where nothing can be said.
pub(crate) struct Checked {
    pub(crate) runtime: Option<Runtime>,
    pub(crate) rule: Rule,
}

/// `stack` has the requirements of each attribute, outermost first.
pub(crate) fn check(stack: &[Vec<Requirement>], errors: &mut Errors) -> Checked {
    let runtime = runtime(stack.iter().flatten(), errors);
    let rules = stack.iter().flat_map(|requirements| root(requirements, errors)).collect();
    Checked { runtime, rule: joined(Word::All, rules).unwrap_or(Rule::Authenticated) }
}

fn runtime<'a>(root: impl Iterator<Item = &'a Requirement>, errors: &mut Errors) -> Option<Runtime> {
    let mut paths = root.filter_map(|requirement| match requirement {
        Requirement::Crate(path) => Some(path),
        _ => None,
    });
    let Some(first) = paths.next() else { return Some(Runtime::Default) };
    for duplicate in paths {
        errors.push(Error::new(duplicate.key.span(), messages::duplicate_crate()));
    }
    let path = first.path.as_ref()?;
    if is_absolute(path) {
        return Some(Runtime::At(path.clone()));
    }
    let written = path.to_token_stream().to_string().replace(' ', "");
    errors.push(Error::new_spanned(path, messages::relative_crate_path(&written)));
    None
}

fn is_absolute(path: &Path) -> bool {
    let starts_at_crate = |ident: &Ident| ident == "crate" || ident == "$crate";
    path.leading_colon.is_some() || path.segments.first().is_some_and(|first| starts_at_crate(&first.ident))
}

fn root(requirements: &[Requirement], errors: &mut Errors) -> Vec<Rule> {
    report_duplicate_keys(Word::All, requirements, errors);
    requirements
        .iter()
        .filter_map(|requirement| match requirement {
            Requirement::Crate(_) => None,
            _ => self::requirement(requirement, errors),
        })
        .collect()
}

fn requirement(requirement: &Requirement, errors: &mut Errors) -> Option<Rule> {
    match requirement {
        Requirement::Grants(Grants { kind, value, .. }) => self::value(*kind, value, errors),
        Requirement::Group(group) => {
            report_duplicate_keys(group.word, &group.members, errors);
            self::group(group, errors, self::requirement)
        }
        Requirement::Crate(CratePath { key, .. }) => {
            errors.push(Error::new(key.span(), messages::nested_crate()));
            None
        }
        Requirement::Mistake => None,
    }
}

fn report_duplicate_keys(word: Word, requirements: &[Requirement], errors: &mut Errors) {
    // `not` takes one: that is the mistake then.
    if word == Word::Not {
        return;
    }
    let mut seen: Vec<&Grants> = Vec::new();
    for requirement in requirements {
        let Requirement::Grants(grants) = requirement else { continue };
        match seen.iter().find(|first| first.kind == grants.kind) {
            Some(first) => {
                let message = messages::duplicate_key(word, &grants.key, [&first.value, &grants.value]);
                errors.push(Error::new(grants.key.span(), message));
            }
            None => seen.push(grants),
        }
    }
}

fn value(kind: Kind, value: &Value, errors: &mut Errors) -> Option<Rule> {
    match value {
        Value::Literal(literal) => {
            if let Some(message) = mistake_in_name(kind, literal) {
                errors.push(Error::new(literal.span(), message));
            }
            Some(Rule::Grant(kind, Name::Literal(literal.clone())))
        }
        Value::Const(path) => {
            if let Some(first) = path.path.segments.first().filter(|first| first.ident == "Self") {
                errors.push(Error::new(first.ident.span(), messages::self_const()));
            }
            Some(Rule::Grant(kind, Name::Const(path.clone())))
        }
        Value::Group(group) => {
            report_duplicate_values(group, errors);
            self::group(group, errors, |member, errors| self::value(kind, member, errors))
        }
        Value::Mistake => None,
    }
}

fn mistake_in_name(kind: Kind, name: &LitStr) -> Option<String> {
    let name = name.value();
    if name.is_empty() {
        return Some(messages::empty_name(kind));
    }
    if kind != Kind::Scopes {
        return None;
    }
    let is_allowed = |character| matches!(character, '!' | '#'..='[' | ']'..='~');
    match name.chars().find(|character| !is_allowed(*character))? {
        ' ' => Some(messages::scope_with_space(&name.split_whitespace().collect::<Vec<_>>())),
        character => Some(messages::scope_with_character(character)),
    }
}

fn report_duplicate_values(group: &Group<Value>, errors: &mut Errors) {
    if group.word == Word::Not {
        return;
    }
    let mut seen: Vec<String> = Vec::new();
    for member in &group.members {
        // `"a"` and `r"a"` are the same.
        let (text, tokens) = match member {
            Value::Literal(literal) => (format!("{:?}", literal.value()), literal.to_token_stream()),
            Value::Const(path) => (member.to_string(), path.to_token_stream()),
            Value::Group(_) | Value::Mistake => continue,
        };
        if seen.contains(&text) {
            errors.push(Error::new_spanned(tokens, messages::duplicate_value(member)));
        } else {
            seen.push(text);
        }
    }
}

fn group<T: core::fmt::Display>(
    group: &Group<T>,
    errors: &mut Errors,
    mut member: impl FnMut(&T, &mut Errors) -> Option<Rule>,
) -> Option<Rule> {
    let message = match (group.word, group.members.as_slice()) {
        (word, []) => Some(messages::empty_group(word)),
        (Word::Not, members @ [_, _, ..]) => Some(messages::not_of_several(members)),
        _ => None,
    };
    if let Some(message) = message {
        errors.push(Error::new_spanned(&group.ends, message));
    }
    let rules = group.members.iter().filter_map(|written| member(written, errors)).collect();
    joined(group.word, rules)
}

/// A group of one is its member; a group of none is nothing.
fn joined(word: Word, mut rules: Vec<Rule>) -> Option<Rule> {
    match word {
        Word::Not => rules.pop().map(|rule| Rule::Not(Box::new(rule))),
        Word::Any | Word::All if rules.len() < 2 => rules.pop(),
        Word::Any => Some(Rule::Any(rules)),
        Word::All => Some(Rule::All(rules)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax;

    /// The model of the stacked `arguments` as text, or the mistakes.
    fn model(arguments: &[&str]) -> Result<String, Vec<String>> {
        let mut errors = Errors::default();
        let stack: Vec<_> = arguments
            .iter()
            .map(|arguments| syntax::requires(arguments.parse().unwrap(), &mut errors))
            .collect();
        let checked = check(&stack, &mut errors);
        match errors.finish() {
            Some(found) => Err(found.into_iter().map(|mistake| mistake.to_string()).collect()),
            None => Ok(text(&checked.rule)),
        }
    }

    fn text(rule: &Rule) -> String {
        let list = |rules: &[Rule]| rules.iter().map(text).collect::<Vec<_>>().join(", ");
        match rule {
            Rule::Authenticated => "authenticated".to_owned(),
            Rule::Grant(kind, Name::Literal(name)) => format!("{} {}", kind.singular(), name.value()),
            Rule::Grant(kind, Name::Const(path)) => {
                format!("{} {}", kind.singular(), path.to_token_stream().to_string().replace(' ', ""))
            }
            Rule::Any(rules) => format!("any({})", list(rules)),
            Rule::All(rules) => format!("all({})", list(rules)),
            Rule::Not(rule) => format!("not({})", text(rule)),
        }
    }

    #[test]
    fn keeps_what_is_nested() {
        for (written, expected) in [
            (r#"scopes = "a""#, "scope a"),
            (r#"permissions = "a","#, "permission a"),
            (r#"scopes = "a", roles = "b""#, "all(scope a, role b)"),
            (r#"scopes = any("a", all("b", "c"))"#, "any(scope a, all(scope b, scope c))"),
            (r#"scopes = all("a", all("b", "c"))"#, "all(scope a, all(scope b, scope c))"),
            (r#"scopes = all("a", "b"), roles = "c""#, "all(all(scope a, scope b), role c)"),
            (
                r#"any(all(scopes = "a", roles = "b"), not(roles = "c"))"#,
                "any(all(scope a, role b), not(role c))",
            ),
            (r#"all(any(scopes = "a", roles = "b"), roles = "c")"#, "all(any(scope a, role b), role c)"),
            (r#"not(scopes = any("a", "b"))"#, "not(any(scope a, scope b))"),
            (r#"scopes = any(not("a"), "b")"#, "any(not(scope a), scope b)"),
            (r#"not(not(roles = "a"))"#, "not(not(role a))"),
            ("roles = any(ADMIN, crate::roles::OWNER)", "any(role ADMIN, role crate::roles::OWNER)"),
        ] {
            assert_eq!(model(&[written]).as_deref(), Ok(expected), "{written}");
        }
    }

    #[test]
    fn groups_of_one_are_their_member() {
        for (written, expected) in [
            (r#"scopes = any("a")"#, "scope a"),
            (r#"all(any(scopes = all("a")))"#, "scope a"),
            (r#"not(any(roles = "a"))"#, "not(role a)"),
            (r#"any(roles = any("a", "b"))"#, "any(role a, role b)"),
        ] {
            assert_eq!(model(&[written]).as_deref(), Ok(expected), "{written}");
        }
    }

    #[test]
    fn stacked_attributes_must_all_hold() {
        let any = r#"any(roles = "a", scopes = "b")"#;
        for (stack, expected) in [
            ([any, any], "all(any(role a, scope b), any(role a, scope b))"),
            ([r#"roles = "a""#, r#"roles = "b", scopes = "c""#], "all(role a, role b, scope c)"),
            (["", any], "any(role a, scope b)"),
            (["", ""], "authenticated"),
            ([r#"roles = "a""#, "crate = ::elsewhere"], "role a"),
        ] {
            assert_eq!(model(&stack).as_deref(), Ok(expected), "{stack:?}");
        }
    }

    #[test]
    fn reports_each_mistake_once() {
        for (written, mistakes) in [
            (r#"scope = "a", role = "b", roles = """#, 3),
            (r#"scopes = any("a b", 1, "c")"#, 2),
            (r#"any(roles = all("a", x()), not(scopes = "é"))"#, 2),
            (r#"scopes == "a b""#, 2),
            (r#"scopes = all(), not(any())"#, 2),
            (r#"scopes = "a", "b", "c", roles = "d""#, 1),
            (r#"any(scopes = "a" || "b" || "c", roles = ["d"])"#, 2),
            (r#"scopes = any(any(["a"]))"#, 1),
            (r#"scopes = "a", scopes = "b", scopes = "c""#, 2),
        ] {
            assert_eq!(model(&[written]).map_err(|found| found.len()), Err(mistakes), "{written}");
        }
    }

    #[test]
    fn answers_whatever_is_written() {
        let words = [
            "scopes",
            "scope",
            "any",
            "any()",
            "not(roles = \"a\")",
            "(\"a\")",
            "\"a\"",
            "A::B",
            "=",
            ",",
            "&",
            "!",
        ];
        let mut written = vec![String::new()];
        for _ in 0..4 {
            written = written
                .iter()
                .flat_map(|start| words.iter().map(move |word| format!("{start} {word}")))
                .collect();
            for arguments in &written {
                // A mistake or a model, and neither a panic nor a loop.
                let mistakes = model(&[arguments]).err();
                assert!(mistakes.is_none_or(|mistakes| !mistakes.is_empty()), "{arguments}");
            }
        }
    }

    #[test]
    fn strings_are_compared_by_value() {
        assert!(model(&[r##"roles = any("a", r#"a"#)"##]).is_err());
        assert!(model(&[r#"roles = any("a", "A")"#]).is_ok());
    }

    #[test]
    fn accepts_every_scope_character() {
        let all: String = ('!'..='~').filter(|character| !matches!(character, '"' | '\\')).collect();
        assert!(model(&[&format!("scopes = {all:?}")]).is_ok());
        for forbidden in ["\\\"", "\\\\", "\\u{7f}", "\\0", "\\t", "ü"] {
            assert!(model(&[&format!("scopes = \"a{forbidden}b\"")]).is_err(), "{forbidden}");
            assert!(model(&[&format!("roles = \"a{forbidden}b\"")]).is_ok(), "{forbidden}");
        }
    }
}
