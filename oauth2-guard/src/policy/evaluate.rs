use core::ops::Not;

use super::denial::Denial;
use super::evidence::Evidence;
use super::grants::Grants;
use super::rule::Rule;

impl Rule {
    /// Whether `grants` meet this rule, where nothing else is known: what asks for more than scopes, roles and permissions can only
    /// be met by the way around it.
    ///
    /// # Errors
    ///
    /// A [`Denial`] when the rule is false of them, and when it cannot be known.
    pub fn evaluate(&self, grants: &Grants) -> Result<(), Denial> {
        self.decide(&Evidence::of_grants(grants))
    }

    /// What is not known denies.
    pub(crate) fn decide(&self, evidence: &Evidence<'_>) -> Result<(), Denial> {
        match truth(self, evidence) {
            Truth::True => Ok(()),
            Truth::False | Truth::Unknown => Err(Denial::new(self, evidence)),
        }
    }
}

/// Three-valued truth, in Kleene's strong logic.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Truth {
    False,
    True,
    Unknown,
}

impl From<bool> for Truth {
    fn from(value: bool) -> Self {
        if value { Self::True } else { Self::False }
    }
}

impl From<Option<bool>> for Truth {
    fn from(value: Option<bool>) -> Self {
        value.map_or(Self::Unknown, Self::from)
    }
}

impl Not for Truth {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::False => Self::True,
            Self::True => Self::False,
            Self::Unknown => Self::Unknown,
        }
    }
}

/// The one evaluator. It is total: there is no error that could be taken for a yes.
///
/// What a long list is made of is looked at in the list's own loop.
#[inline]
pub(super) fn truth(rule: &Rule, evidence: &Evidence<'_>) -> Truth {
    let grants = evidence.grants;
    match rule {
        Rule::Scope(token) => grants.scopes.has(token.marked()).into(),
        Rule::Role(name) => grants.roles.has(name.marked()).into(),
        Rule::Permission(name) => grants.permissions.has(name.marked()).into(),
        other => beyond_grants(other, evidence),
    }
}

fn beyond_grants(rule: &Rule, evidence: &Evidence<'_>) -> Truth {
    match rule {
        Rule::Authenticated => Truth::True,
        Rule::Provider(name) => evidence.is_vouched_for_by(name.as_str()),
        Rule::Principal(principal) => evidence.principal().map(|found| found == *principal).into(),
        Rule::Acr(value) => evidence.has_acr(value.as_str()),
        Rule::MaxAge(age) => evidence.is_login_within(age.as_secs()),
        Rule::Claim(claim) => match evidence.token {
            Some(token) => claim.truth(token.claims, |name| evidence.parameter(name)),
            None => Truth::Unknown,
        },
        Rule::Owner(owner) => evidence.answers.owner(*owner),
        Rule::Check(check) => evidence.answers.check(*check),
        Rule::Named(named) => truth(named.rule(), evidence),
        Rule::Any(rules) => decide(rules, Truth::True, evidence),
        Rule::All(rules) => decide(rules, Truth::False, evidence),
        Rule::Not(rule) => !truth(rule, evidence),
        // They do not get here, and would deny if they did.
        Rule::Scope(_) | Rule::Role(_) | Rule::Permission(_) => Truth::Unknown,
    }
}

/// One member that is `decisive` decides; else one unknown leaves it unknown; else it is the opposite.
fn decide(rules: &[Rule], decisive: Truth, evidence: &Evidence<'_>) -> Truth {
    if rules.is_empty() {
        return Truth::Unknown;
    }
    let mut otherwise = !decisive;
    for rule in rules {
        match truth(rule, evidence) {
            found if found == decisive => return decisive,
            Truth::Unknown => otherwise = Truth::Unknown,
            _ => {}
        }
    }
    otherwise
}

#[cfg(test)]
mod tests {
    use super::super::held::Held;
    use super::{Evidence, Grants, Rule, Truth, truth};

    const YES: Rule = Rule::scope("held");
    const NO: Rule = Rule::scope("absent");
    const UNKNOWN: Rule = Rule::role("any");

    fn grants() -> Grants {
        Grants { roles: Held::unreadable(), ..Grants::new(["held"], [], []) }
    }

    #[test]
    fn follows_kleenes_tables() {
        use Truth::{False, True, Unknown};
        for (rule, expected) in [
            (YES, True),
            (NO, False),
            (UNKNOWN, Unknown),
            (Rule::Not(&YES), False),
            (Rule::Not(&NO), True),
            (Rule::Not(&UNKNOWN), Unknown),
            (Rule::Any(&[NO, YES]), True),
            (Rule::Any(&[UNKNOWN, YES]), True),
            (Rule::Any(&[UNKNOWN, NO]), Unknown),
            (Rule::Any(&[NO, NO]), False),
            (Rule::All(&[YES, YES]), True),
            (Rule::All(&[YES, UNKNOWN]), Unknown),
            (Rule::All(&[UNKNOWN, NO]), False),
            (Rule::All(&[YES, NO]), False),
        ] {
            assert_eq!(truth(&rule, &Evidence::of_grants(&grants())), expected, "{rule}");
        }
    }

    #[test]
    fn nothing_is_known_of_an_empty_group() {
        for rule in [Rule::Any(&[]), Rule::All(&[]), Rule::Not(&Rule::Any(&[])), Rule::Not(&Rule::All(&[]))] {
            assert_eq!(truth(&rule, &Evidence::of_grants(&grants())), Truth::Unknown, "{rule}");
            assert!(rule.evaluate(&grants()).is_err(), "{rule}");
        }
    }

    #[test]
    fn unknown_denies_with_or_without_not() {
        assert!(UNKNOWN.evaluate(&grants()).is_err());
        assert!(Rule::Not(&UNKNOWN).evaluate(&grants()).is_err());
        assert!(Rule::Any(&[UNKNOWN, YES]).evaluate(&grants()).is_ok());
    }
}
