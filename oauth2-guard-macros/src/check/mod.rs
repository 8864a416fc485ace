//! The written form to the model.

mod contradiction;
mod duplicate;
mod function;
mod name;
mod object;

use core::fmt::Display;

use proc_macro2::{Ident, TokenStream};
use syn::{Error, ExprPath, Path};

use self::contradiction::Search;
pub(crate) use self::function::{arguments_of, first_argument};
pub(crate) use self::name::claim_reference;
pub(crate) use self::object::{is_body, object_of_policy, objects, report_generics};
use crate::ast::{Arguments, Check, CratePath, Grants, Group, Requirement, Value, Word};
use crate::errors::Errors;
use crate::messages;
use crate::model::{Kind, Leaf, Name, Rule};
use crate::paths::Runtime;
use crate::source::source;

/// What one attribute and those stacked below it say.
///
/// After a mistake it is less than what was written; `None` where nothing can be said.
pub(crate) struct Checked {
    pub(crate) runtime: Option<Runtime>,
    pub(crate) rule: Rule,
}

/// `stack` has the arguments of each attribute, outermost first.
pub(crate) fn check(stack: &[Arguments], errors: &mut Errors) -> Checked {
    let before = errors.count();
    let runtime = runtime(stack, errors);
    let mut search = Search::default();
    let rules = stack.iter().filter_map(|arguments| root(arguments, &mut search, errors)).collect();
    let rule = Rule::group(Word::All, rules).unwrap_or(Rule::Authenticated);
    // Each alone was searched already.
    let is_whole = stack.iter().flat_map(|arguments| &arguments.requirements).all(Requirement::is_whole);
    let written = stack.iter().map(|arguments| &arguments.tokens).find(|tokens| !tokens.is_empty());
    if let Some(written) = written
        && stack.len() > 1
        && is_whole
        && errors.count() == before
    {
        report_contradiction(&rule, written, &mut search, errors);
    }
    Checked { runtime, rule }
}

fn runtime(stack: &[Arguments], errors: &mut Errors) -> Option<Runtime> {
    let requirements = stack.iter().flat_map(|arguments| &arguments.requirements);
    let mut paths = requirements.filter_map(|requirement| match requirement {
        Requirement::Crate(path) => Some(path),
        _ => None,
    });
    let Some(first) = paths.next() else { return Some(Runtime::Default) };
    for duplicate in paths {
        errors.push(Error::new(duplicate.key.span(), messages::duplicate_crate()));
    }
    runtime_at(first.path.as_ref()?, errors)
}

/// `None` after a mistake in the path.
pub(crate) fn runtime_at(path: &Path, errors: &mut Errors) -> Option<Runtime> {
    if is_absolute(path) {
        return Some(Runtime::At(path.clone()));
    }
    errors.push(Error::new_spanned(path, messages::relative_crate_path(&source(path))));
    None
}

fn is_absolute(path: &Path) -> bool {
    let starts_at_crate = |ident: &Ident| ident == "crate" || ident == "$crate";
    path.leading_colon.is_some() || path.segments.first().is_some_and(|first| starts_at_crate(&first.ident))
}

fn root(arguments: &Arguments, search: &mut Search, errors: &mut Errors) -> Option<Rule> {
    let before = errors.count();
    duplicate::report_requirements(Word::All, &arguments.requirements, errors);
    let rules: Vec<Rule> = arguments
        .requirements
        .iter()
        .filter(|requirement| !matches!(requirement, Requirement::Crate(_)))
        .filter_map(|requirement| self::requirement(requirement, search, errors))
        .collect();
    // Of one alone its own group was searched.
    let has_several = rules.len() > 1;
    let rule = Rule::group(Word::All, rules)?;
    let is_whole = arguments.requirements.iter().all(Requirement::is_whole);
    if has_several && is_whole && errors.count() == before {
        report_contradiction(&rule, &arguments.tokens, search, errors);
    }
    Some(rule)
}

fn requirement(requirement: &Requirement, search: &mut Search, errors: &mut Errors) -> Option<Rule> {
    let leaf = match requirement {
        Requirement::Check(Check { path, .. }) => {
            report_self(path, errors);
            Leaf::Check(path.clone())
        }
        Requirement::Claim(claim) => {
            claim_reference(&claim.reference, errors);
            name::expected(&claim.expected, errors);
            Leaf::Claim(claim.reference.clone(), claim.expected.clone())
        }
        Requirement::Crate(CratePath { key, .. }) => {
            errors.push(Error::new(key.span(), messages::nested_crate()));
            return None;
        }
        Requirement::Grants(Grants { kind, value, .. }) => return self::value(*kind, value, search, errors),
        Requirement::Group(group) => {
            let before = errors.count();
            duplicate::report_requirements(group.word, &group.members, errors);
            let is_whole = group.members.iter().all(Requirement::is_whole);
            let rule =
                self::group(group, errors, |member, errors| self::requirement(member, search, errors))?;
            if is_whole && errors.count() == before {
                report_contradiction(&rule, &group.ends, search, errors);
            }
            return Some(rule);
        }
        Requirement::MaxAge(max_age) => Leaf::MaxAge(name::duration(&max_age.value, errors)?),
        Requirement::Owner(written) => {
            if let Some(claim) = &written.owner.claim {
                claim_reference(claim, errors);
            }
            Leaf::Owner(written.owner.clone())
        }
        Requirement::Policy(path) => {
            report_self(path, errors);
            Leaf::Policy(path.clone())
        }
        Requirement::Principal(written) => Leaf::Principal(written.principal),
        Requirement::Mistake => return None,
    };
    Some(Rule::Leaf(leaf))
}

fn value(kind: Kind, value: &Value, search: &mut Search, errors: &mut Errors) -> Option<Rule> {
    match value {
        Value::Literal(literal) => {
            name::grant(kind, literal, errors);
            Some(Rule::Leaf(Leaf::Grant(kind, Name::Literal(literal.clone()))))
        }
        Value::Const(path) => {
            let ExprPath { path: written, .. } = path;
            report_self(written, errors);
            Some(Rule::Leaf(Leaf::Grant(kind, Name::Const(path.clone()))))
        }
        Value::Group(group) => {
            let before = errors.count();
            duplicate::report_values(group, errors);
            let is_whole = group.members.iter().all(Value::is_whole);
            let rule =
                self::group(group, errors, |member, errors| self::value(kind, member, search, errors))?;
            if is_whole && errors.count() == before {
                report_contradiction(&rule, &group.ends, search, errors);
            }
            Some(rule)
        }
        Value::Mistake => None,
    }
}

fn report_self(path: &Path, errors: &mut Errors) {
    if let Some(first) = path.segments.first().filter(|first| first.ident == "Self") {
        errors.push(Error::new(first.ident.span(), messages::self_const()));
    }
}

fn group<T: Display>(
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
    Rule::group(group.word, rules)
}

fn report_contradiction(rule: &Rule, written: &TokenStream, search: &mut Search, errors: &mut Errors) {
    if let Some(message) = search.contradiction(rule) {
        errors.push(Error::new_spanned(written, message));
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
            Rule::Leaf(Leaf::Grant(kind, Name::Literal(name))) => {
                format!("{} {}", kind.singular(), name.value())
            }
            Rule::Leaf(Leaf::Grant(kind, Name::Const(path))) => {
                format!("{} {}", kind.singular(), source(path))
            }
            Rule::Leaf(leaf) => leaf.to_string(),
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
            (r#"scopes = all("a", all("b", "c"))"#, "all(scope a, scope b, scope c)"),
            (r#"scopes = all("a", "b"), roles = "c""#, "all(scope a, scope b, role c)"),
            (
                r#"scopes = "a", roles = "b", all(scopes = any("c", "d"), roles = "e")"#,
                "all(scope a, any(scope c, scope d), role b, role e)",
            ),
            (
                r#"any(max_age = "5m", all(any(max_age = "10m", roles = "a")))"#,
                "any(max_age = \"10m\", role a)",
            ),
            (r#"max_age = "5m", all(max_age = "10m", roles = "a")"#, "all(max_age = \"5m\", role a)"),
            (r#"provider = any("a", B), acr = "c""#, "all(any(provider a, provider B), acr c)"),
            ("principal = client, max_age = \"90s\"", "all(principal = client, max_age = \"90s\")"),
            (r#"claim("/a/b") == -1, claim("c") == true"#, r#"all(claim("/a/b") == -1, claim("c") == true)"#),
            (
                r#"claim("c") == "d", claim("e") == path("f")"#,
                r#"all(claim("c") == "d", claim("e") == path("f"))"#,
            ),
            (r#"claim("c") == -9223372036854775808"#, r#"claim("c") == -9223372036854775808"#),
            (r#"owner(a, hide, claim = "b",)"#, r#"owner(a, claim = "b", hide)"#),
            (
                r#"any(owner(a), owner(a, claim = "b"), owner(c))"#,
                r#"any(owner(a), owner(a, claim = "b"), owner(c))"#,
            ),
            ("owner(hide), check = a::b", "all(owner(hide), check = a::b)"),
            ("Admin, not(::other::Banned)", "all(Admin, not(::other::Banned))"),
            ("any(crate::X, self::Y, super::r#Z)", "any(crate::X, self::Y, super::r#Z)"),
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
            ([any, any], "any(role a, scope b)"),
            ([any, r#"any(scopes = "b", roles = "c")"#], "all(any(role a, scope b), any(scope b, role c))"),
            ([r#"roles = "a""#, r#"roles = "b", scopes = "c""#], "all(role a, role b, scope c)"),
            (["", any], "any(role a, scope b)"),
            (["", ""], "authenticated"),
            ([r#"roles = "a""#, "crate = ::elsewhere"], "role a"),
        ] {
            assert_eq!(model(&stack).as_deref(), Ok(expected), "{stack:?}");
        }
    }

    #[test]
    fn says_what_to_write_instead() {
        for (written, said) in [
            // What stands where a requirement can.
            ("admin", "is this a scope"),
            ("ADMIN", "is this a scope"),
            ("Admin::<u8>", "without generics"),
            ("Admin<u8>", "without generics"),
            ("<X as Y>::Admin", "without generics"),
            ("Admin()", "write `Admin`"),
            ("Admin = 1", "unknown key `Admin`"),
            ("Admin Editor", "expected a comma before `Editor`"),
            ("Admin || Editor", "`any(Admin, Editor)`"),
            ("!Admin", "`not(Admin)`"),
            ("Self::Admin", "write the type's name"),
            ("roles = any(\"a\", owner(b))", "`any(roles = \"a\", owner(..))`"),
            // Kinds of which a token has one.
            (r#"provider = "a", "b""#, r#"`provider = any("a", "b")`"#),
            (r#"provider = "a", provider = "b""#, r#"`provider = any("a", "b")`"#),
            (r#"acr = """#, "cannot be empty"),
            (r#"acr = "a b""#, r#"write `any("a", "b")`"#),
            (r#"issuer = "a""#, "did you mean `provider`"),
            // Principals.
            ("principal", "`principal = user`"),
            (r#"principal = "user""#, "not a string: write `principal = user`"),
            ("principal = machine", "did you mean `client`"),
            ("principal = usr", "did you mean `user`"),
            ("principal = 5", "`principal = user`"),
            ("principal = any(user, client)", "`any(principal = user, principal = client)`"),
            ("principal(user)", "`principal = user`"),
            ("principal == user", "`principal = ..`"),
            // Times.
            ("max_age = 5", r#"`"5m"` or `"5s"`"#),
            ("max_age = 5.5", "in quotes"),
            ("max_age = FIVE", "in quotes"),
            ("max_age", "in quotes"),
            (r#"max_age("5m")"#, r#"`max_age = "5m"`"#),
            (r#"max_age = "5""#, r#"`"5m"` or `"5s"`"#),
            (r#"max_age = "5m", max_age = "6m""#, "keep the shorter"),
            (r#"any(max_age = "5m", max_age = "6m")"#, "keep the longer"),
            // Claims.
            ("claim", "name the claim and its value"),
            (r#"claim = "a""#, "name the claim and its value"),
            ("claim(a) == 1", r#"`claim("a")`"#),
            ("claim() == 1", "named by a string"),
            (r#"claim("a", "b") == 1"#, "name one claim"),
            (r#"claim("a")"#, "compare the claim"),
            (r#"claim("a") =="#, "compare the claim"),
            (r#"claim("a") = 1"#, r#"`claim("a") == ..`, not"#),
            (r#"claim("a") => 1"#, r#"`claim("a") == ..`, not"#),
            (r#"claim("a") != 1"#, r#"`not(claim("a") == ..)`"#),
            (r#"claim("a") > 1"#, "found `>`"),
            (r#"claim("a") == 1.5"#, "fractions"),
            (r#"claim("a") == 1u8"#, "write `1`"),
            (r#"claim("a") == 'x'"#, r#"write `"x"`"#),
            (r#"claim("a") == 9223372036854775808"#, "64 bits"),
            (r#"claim("a") == null"#, "null"),
            (r#"claim("a") == CONST"#, "compared with a string"),
            (r#"claim("a") == any("b", "c")"#, r#"`any(claim("a") == "b", claim("a") == "c")`"#),
            (r#"claim("a") == ["b"]"#, "compared with a string"),
            (r#"claim("a") == path(b)"#, r#"`path("b")`"#),
            (r#"claim("a") == path"#, "named by a string"),
            (r#"claim("a") == path("")"#, "parameter is missing"),
            (r#"claim("a") == path("{b}")"#, r#"`path("b")`"#),
            (r#"claim("a.b") == 1"#, "as `/a/b`, and that name as `/a.b`"),
            (r#"claim("") == 1"#, "name a claim"),
            (r#"claims("a") == 1"#, "did you mean `claim`"),
            (r#"claim("a") == 1, claim(r"a") == 1"#, "is given twice"),
            // Owners.
            ("owner", "the owner of what"),
            ("owner()", "the owner of what"),
            ("owner = a", "write `owner(a)`"),
            (r#"owner("a")"#, "without quotes: write `owner(a)`"),
            (r#"owner(claim = "a")"#, "the owner of what"),
            ("owner(a.b)", "the name of one argument"),
            ("owner(a, b)", "write another `owner(b)`"),
            ("owner(a, hid)", "did you mean `hide`"),
            ("owner(a, hide = true)", "`hide` has no value"),
            ("owner(a, hide, hide)", "`hide` is given twice"),
            ("owner(a, claim = b)", "is a string"),
            ("owner(a, claim)", "is a string"),
            (r#"owner(a, claim("b"))"#, "is a string"),
            (r#"owner(a, claim = "b.c")"#, "as `/b/c`, and"),
            ("owner(a, 5)", "expected `claim"),
            ("owner(a), owner(a, hide)", "`owner(a)` is given twice"),
            // Checks.
            ("check", "write `check = name`"),
            ("check(a)", "write `check = a`"),
            (r#"check = "a::b""#, "write `check = a::b`"),
            ("check = a()", "write `check = a`"),
            ("check = a::<u8>", "without generics"),
            ("check = any(a, b)", "`any(check = a, check = b)`"),
            ("check = |x| true", "the path of a function"),
            ("check = a, check = a", "`check = a` is given twice"),
            ("Admin, Admin", "`Admin` is given twice"),
        ] {
            let found = model(&[written]).expect_err(written);
            assert!(
                found.len() == 1 && found.iter().all(|found| found.contains(said)),
                "{written}: {found:?}"
            );
        }
    }

    #[test]
    fn finds_what_can_never_or_always_be_met() {
        for (written, said) in [
            (
                r#"roles = "a", not(roles = "a")"#,
                r#"never be met: `roles = "a"` excludes `not(roles = "a")`"#,
            ),
            (r#"any(roles = "a", not(roles = "a"))"#, "always met"),
            (r#"roles = all("a", not("a"))"#, "never"),
            (r#"scopes = "x", any(all(roles = "a", not(roles = "a")), roles = "b")"#, "never"),
            (r#"not(any(roles = "a", not(roles = "a")))"#, "always"),
            (r#"provider = all("a", "b")"#, r#"`provider = "a"` excludes `provider = "b"`"#),
            (r#"acr = all("a", "b")"#, "never"),
            ("principal = user, all(principal = client)", "excludes `principal = client`"),
            (r#"claim("a") == 1, claim("/a") == 2"#, "never"),
            (r#"max_age = "5m", not(max_age = "10m")"#, "never"),
            (r#"any(not(max_age = "5m"), max_age = "10m")"#, "always"),
            (r#"any(roles = "a", scopes = "b"), not(roles = "a"), not(scopes = "b")"#, "never"),
            (r#"owner(a), not(owner(a, hide))"#, "never"),
            ("Admin, not(Admin)", "never"),
        ] {
            let found = model(&[written]).expect_err(written);
            assert!(
                found.len() == 1 && found.iter().all(|found| found.contains(said)),
                "{written}: {found:?}"
            );
        }
        assert!(model(&[r#"roles = "a""#, r#"not(roles = "a")"#]).is_err());
        for written in [
            "provider = all(\"a\", B)",
            "any(principal = user, not(roles = \"a\"))",
            r#"claim("a") == 1, claim("a") == path("b")"#,
            r#"claim("a") == 1, claim("b") == 2"#,
            r#"max_age = "10m", not(max_age = "5m")"#,
            r#"roles = all("a", "b")"#,
            "owner(a), not(owner(b))",
        ] {
            assert!(model(&[written]).is_ok(), "{written}");
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
