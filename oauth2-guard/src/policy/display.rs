//! A rule as text, in the language of the attribute.

use core::fmt;

use super::claim::{ClaimRule, Expected};
use super::owner::OwnerRule;
use super::rule::Rule;

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // A comma is AND at the root, so that `all(..)` around everything is not written.
            Self::All(rules) if !rules.is_empty() && Kind::of(self).is_none() => {
                write_members(f, rules, "all")
            }
            _ => write_requirement(f, self),
        }
    }
}

/// Rules that must all hold, as one.
pub(crate) struct AllOf<'a>(pub(crate) &'a [&'static Rule]);

impl fmt::Display for AllOf<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut members = Vec::new();
        self.0.iter().for_each(|rule| collect_members(rule, &mut members));
        match members.as_slice() {
            [] => write_requirement(f, &Rule::Authenticated),
            [one] => write_requirement(f, one),
            several => write_members(f, several, "all"),
        }
    }
}

/// Each once; and that a token is asked for only where nothing else is.
fn collect_members(rule: &Rule, members: &mut Vec<Rule>) {
    match rule {
        Rule::Authenticated => {}
        Rule::All(rules) if !rules.is_empty() => rules.iter().for_each(|rule| collect_members(rule, members)),
        rule if members.contains(rule) => {}
        rule => members.push(*rule),
    }
}

fn write_requirement(f: &mut fmt::Formatter<'_>, rule: &Rule) -> fmt::Result {
    if let Some(kind) = Kind::of(rule) {
        write!(f, "{} = ", kind.keyword())?;
        return write_value(f, rule);
    }
    match rule {
        Rule::Any(rules) => write_group(f, "any", rules),
        Rule::All(rules) => write_group(f, "all", rules),
        Rule::Not(rule) => {
            f.write_str("not(")?;
            write_requirement(f, rule)?;
            f.write_str(")")
        }
        Rule::Principal(principal) => write!(f, "principal = {principal}"),
        Rule::MaxAge(age) => write_max_age(f, age.as_secs()),
        Rule::Claim(claim) => write_claim(f, claim),
        Rule::Owner(owner) => write_owner(f, owner),
        Rule::Check(check) => write!(f, "check = {}", check.name()),
        Rule::Named(named) => f.write_str(named.name()),
        // What is left has a kind, or asks for a token and no more.
        Rule::Authenticated
        | Rule::Scope(_)
        | Rule::Role(_)
        | Rule::Permission(_)
        | Rule::Provider(_)
        | Rule::Acr(_) => f.write_str("any valid token"),
    }
}

fn write_max_age(f: &mut fmt::Formatter<'_>, seconds: u64) -> fmt::Result {
    let (number, unit) = match seconds {
        _ if seconds.is_multiple_of(86_400) => (seconds / 86_400, 'd'),
        _ if seconds.is_multiple_of(3_600) => (seconds / 3_600, 'h'),
        _ if seconds.is_multiple_of(60) => (seconds / 60, 'm'),
        _ => (seconds, 's'),
    };
    write!(f, "max_age = \"{number}{unit}\"")
}

fn write_claim(f: &mut fmt::Formatter<'_>, claim: &ClaimRule) -> fmt::Result {
    write!(f, "claim({:?}) == ", claim.reference())?;
    match claim.expected() {
        Expected::Text(text) => write!(f, "{text:?}"),
        Expected::Integer(integer) => write!(f, "{integer}"),
        Expected::Boolean(boolean) => write!(f, "{boolean}"),
        Expected::Path(name) => write!(f, "path({name:?})"),
    }
}

fn write_owner(f: &mut fmt::Formatter<'_>, owner: &OwnerRule) -> fmt::Result {
    write!(f, "owner({}", owner.parameter())?;
    if let Some(claim) = owner.claim() {
        write!(f, ", claim = {claim:?}")?;
    }
    f.write_str(if owner.hide() { ", hide)" } else { ")" })
}

fn write_group(f: &mut fmt::Formatter<'_>, word: &str, rules: &[Rule]) -> fmt::Result {
    write!(f, "{word}(")?;
    write_members(f, rules, word)?;
    f.write_str(")")
}

/// The members of a group, those of one kind under one keyword: a keyword is written once.
fn write_members(f: &mut fmt::Formatter<'_>, rules: &[Rule], word: &str) -> fmt::Result {
    let mut written = Vec::new();
    let mut separator = "";
    for rule in rules {
        let Some(kind) = Kind::of(rule) else {
            f.write_str(separator)?;
            write_requirement(f, rule)?;
            separator = ", ";
            continue;
        };
        if written.contains(&kind) {
            continue;
        }
        written.push(kind);
        f.write_str(separator)?;
        separator = ", ";
        let same: Vec<&Rule> = rules.iter().filter(|other| Kind::of(other) == Some(kind)).collect();
        write!(f, "{} = ", kind.keyword())?;
        match same.as_slice() {
            [one] => write_value(f, one)?,
            several => write_values(f, word, several.iter().copied())?,
        }
    }
    Ok(())
}

fn write_value(f: &mut fmt::Formatter<'_>, rule: &Rule) -> fmt::Result {
    match rule {
        Rule::Scope(token) | Rule::Acr(token) => write!(f, "{:?}", token.as_str()),
        Rule::Role(name) | Rule::Permission(name) | Rule::Provider(name) => write!(f, "{:?}", name.as_str()),
        Rule::Any(rules) => write_values(f, "any", rules.iter()),
        Rule::All(rules) => write_values(f, "all", rules.iter()),
        // Not of any kind, so never a value.
        _ => Ok(()),
    }
}

fn write_values<'a>(
    f: &mut fmt::Formatter<'_>,
    word: &str,
    rules: impl Iterator<Item = &'a Rule>,
) -> fmt::Result {
    write!(f, "{word}(")?;
    for (index, rule) in rules.enumerate() {
        if index > 0 {
            f.write_str(", ")?;
        }
        write_value(f, rule)?;
    }
    f.write_str(")")
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Acr,
    Permissions,
    Provider,
    Roles,
    Scopes,
}

impl Kind {
    /// The kind that every leaf of `rule` has, if `any` and `all` are all that joins them.
    fn of(rule: &Rule) -> Option<Self> {
        match rule {
            Rule::Scope(_) => Some(Self::Scopes),
            Rule::Role(_) => Some(Self::Roles),
            Rule::Permission(_) => Some(Self::Permissions),
            Rule::Provider(_) => Some(Self::Provider),
            Rule::Acr(_) => Some(Self::Acr),
            Rule::Any(rules) | Rule::All(rules) => {
                let first = Self::of(rules.first()?)?;
                rules.iter().all(|rule| Self::of(rule) == Some(first)).then_some(first)
            }
            _ => None,
        }
    }

    fn keyword(self) -> &'static str {
        match self {
            Self::Acr => "acr",
            Self::Permissions => "permissions",
            Self::Provider => "provider",
            Self::Roles => "roles",
            Self::Scopes => "scopes",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::named::Named;
    use super::super::principal::Principal;
    use super::{AllOf, Expected, OwnerRule, Rule};

    #[test]
    fn prints_rules_that_must_all_hold_as_one() {
        const A: Rule = Rule::scope("a");
        const R: Rule = Rule::role("r");
        const BOTH: Rule = Rule::All(&[Rule::scope("b"), R]);
        for (rules, text) in [
            (&[&Rule::Authenticated][..], "any valid token"),
            (&[&Rule::Authenticated, &A], r#"scopes = "a""#),
            (&[&A, &BOTH], r#"scopes = all("a", "b"), roles = "r""#),
            (&[&R, &BOTH], r#"roles = "r", scopes = "b""#),
            (&[&A, &Rule::Any(&[R, A])], r#"scopes = "a", any(roles = "r", scopes = "a")"#),
            (&[&A, &Rule::All(&[])], r#"scopes = "a", all()"#),
        ] {
            assert_eq!(AllOf(rules).to_string(), text);
        }
    }

    #[test]
    fn prints_the_language_of_the_attribute() {
        const A: Rule = Rule::scope("a");
        const B: Rule = Rule::scope("b");
        const R: Rule = Rule::role("r");
        const ADMIN: Rule = Rule::Named(&Named::new("Admin", "", R));
        const TWO_CLASSES: Rule = Rule::Any(&[Rule::acr("a"), Rule::acr("b")]);
        for (rule, text) in [
            (Rule::Authenticated, "any valid token"),
            (A, r#"scopes = "a""#),
            (Rule::permission("p"), r#"permissions = "p""#),
            (Rule::All(&[A, B]), r#"scopes = all("a", "b")"#),
            (Rule::All(&[A, R]), r#"scopes = "a", roles = "r""#),
            (Rule::Any(&[A, R]), r#"any(scopes = "a", roles = "r")"#),
            (Rule::Any(&[A, Rule::All(&[A, B])]), r#"scopes = any("a", all("a", "b"))"#),
            (Rule::Any(&[R, Rule::All(&[A, R])]), r#"any(roles = "r", all(scopes = "a", roles = "r"))"#),
            (Rule::All(&[Rule::Not(&R), A]), r#"not(roles = "r"), scopes = "a""#),
            (Rule::All(&[A, R, Rule::Any(&[A, B])]), r#"scopes = all("a", any("a", "b")), roles = "r""#),
            (Rule::role("a \"quoted\" role"), r#"roles = "a \"quoted\" role""#),
            (Rule::provider("staff"), r#"provider = "staff""#),
            (TWO_CLASSES, r#"acr = any("a", "b")"#),
            (Rule::Principal(Principal::Client), "principal = client"),
            (Rule::max_age(90), r#"max_age = "90s""#),
            (Rule::max_age(5_400), r#"max_age = "90m""#),
            (Rule::max_age(7_200), r#"max_age = "2h""#),
            (Rule::max_age(86_400), r#"max_age = "1d""#),
            (Rule::claim("tier", Expected::Text("g\"d")), r#"claim("tier") == "g\"d""#),
            (Rule::claim("/a/b", Expected::Integer(-1)), r#"claim("/a/b") == -1"#),
            (Rule::claim("beta", Expected::Boolean(true)), r#"claim("beta") == true"#),
            (Rule::claim("tenant", Expected::Path("id")), r#"claim("tenant") == path("id")"#),
            (Rule::owner("article"), "owner(article)"),
            (Rule::Owner(OwnerRule::new(0, "a", Some("email"), true)), r#"owner(a, claim = "email", hide)"#),
            (Rule::Any(&[ADMIN, A]), r#"any(Admin, scopes = "a")"#),
            (Rule::All(&[ADMIN, Rule::Not(&R)]), r#"Admin, not(roles = "r")"#),
            (Rule::Any(&[]), "any()"),
            (Rule::All(&[]), "all()"),
        ] {
            assert_eq!(rule.to_string(), text);
        }
    }
}
