use core::fmt;
use core::time::Duration;

use super::evaluate::{Truth, truth};
use super::evidence::Evidence;
use super::remedy::Remedy;
use super::rule::Rule;

/// A rule said no of a verified token.
///
/// It names what the *rule* asks for and nothing of what the token holds, so that it may be shown to the
/// bearer.
///
/// ```
/// use oauth2_guard::policy::{Grants, Rule};
///
/// const RULE: Rule = Rule::All(&[Rule::role("clerk"), Rule::Any(&[Rule::role("admin"), Rule::scope("orders:cancel")])]);
///
/// let denial = RULE.evaluate(&Grants::new([], ["clerk"], [])).unwrap_err();
/// assert_eq!(denial.rule(), &RULE);
/// assert_eq!(denial.to_string(), r#"not met: any(roles = "admin", scopes = "orders:cancel")"#);
/// assert_eq!(denial.scope().as_deref(), Some("orders:cancel"));
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Denial(Box<Inner>);

#[derive(Clone, Debug, Eq, PartialEq)]
struct Inner {
    rule: Rule,
    unmet: Vec<Rule>,
    missing_owner_claim: Option<Box<str>>,
    remedy: Remedy,
}

/// The log-in that a rule asks for (RFC 9470): another class of it, or a fresher one.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct StepUp {
    /// One of these authentication context classes; any where there are none.
    pub acr_values: Vec<&'static str>,
    /// How long ago it may be at the most.
    pub max_age: Option<Duration>,
}

impl Denial {
    pub(crate) fn new(rule: &Rule, evidence: &Evidence<'_>) -> Self {
        Self::beside(&[], rule, evidence)
    }

    /// What would help is asked for together with what `others` ask for, those of the layer, of groups and of the handler: another token has to meet that
    /// too.
    pub(crate) fn beside(others: &[&Rule], rule: &Rule, evidence: &Evidence<'_>) -> Self {
        let mut unmet = Vec::new();
        collect_unmet(rule, evidence, &mut unmet);
        let remedy = Remedy::of(rule, others, evidence).unwrap_or_default();
        let missing_owner_claim = evidence.answers.missing_owner_claim().map(Box::from);
        Self(Box::new(Inner { rule: *rule, unmet, missing_owner_claim, remedy }))
    }

    /// The rule that denied.
    #[must_use]
    pub fn rule(&self) -> &Rule {
        &self.0.rule
    }

    /// The parts of it that do not hold, or cannot be known to: each of them would have to.
    #[must_use]
    pub fn unmet(&self) -> &[Rule] {
        &self.0.unmet
    }

    /// The claim that says who the bearer is, where an `owner(..)` of the rule was asked of a loaded object and the token lacks that claim, or has it
    /// as null: he owns nothing. `None` where the token has it and somebody else owns the object.
    ///
    /// It is the name that the rule, the object or the provider has for the claim, a JSON Pointer as it is written there.
    #[must_use]
    pub fn missing_owner_claim(&self) -> Option<&str> {
        self.0.missing_owner_claim.as_deref()
    }

    /// The `scope` of the challenge (RFC 6750 §3): the whole scope set of the alternative that the fewest
    /// further scopes would meet; `None` where more scopes would not help.
    #[must_use]
    pub fn scope(&self) -> Option<String> {
        (self.0.remedy.missing_scopes > 0).then(|| self.0.remedy.scopes.join(" "))
    }

    /// The log-in that would help, where one would.
    #[must_use]
    pub fn step_up(&self) -> Option<StepUp> {
        let Remedy { acr, max_age, login, .. } = &self.0.remedy;
        login.then(|| StepUp { acr_values: acr.clone(), max_age: *max_age })
    }

    /// Whether another log-in would help.
    pub(crate) fn asks_for_log_in(&self) -> bool {
        self.0.remedy.login
    }

    /// Those of [`scope`](Self::scope); none where more would not help.
    pub(crate) fn scopes(&self) -> &[&'static str] {
        if self.0.remedy.missing_scopes > 0 { &self.0.remedy.scopes } else { &[] }
    }

    /// Those of [`step_up`](Self::step_up); none where another log-in would not help.
    pub(crate) fn acr_values(&self) -> &[&'static str] {
        if self.0.remedy.login { &self.0.remedy.acr } else { &[] }
    }

    /// That of [`step_up`](Self::step_up).
    pub(crate) fn max_age(&self) -> Option<Duration> {
        self.0.remedy.max_age.filter(|_| self.0.remedy.login)
    }
}

fn collect_unmet(rule: &Rule, evidence: &Evidence<'_>, unmet: &mut Vec<Rule>) {
    if truth(rule, evidence) == Truth::True {
        return;
    }
    match rule {
        Rule::All(rules) if !rules.is_empty() => {
            rules.iter().for_each(|rule| collect_unmet(rule, evidence, unmet));
        }
        Rule::Named(named) => collect_unmet(named.rule(), evidence, unmet),
        _ => unmet.push(*rule),
    }
}

/// The parts that do not hold, in the language of the attribute, and what the policies in them stand for.
impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not met: ")?;
        let mut named = Vec::new();
        for (index, rule) in self.0.unmet.iter().enumerate() {
            let separator = if index > 0 { " and " } else { "" };
            write!(f, "{separator}{rule}")?;
            rule.collect_named(&mut named);
        }
        for policy in named {
            write!(f, "; {} is {}", policy.name(), policy.rule())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::grants::Grants;
    use super::super::named::Named;
    use super::Rule;

    const A: Rule = Rule::scope("a");
    const B: Rule = Rule::scope("b");
    const C: Rule = Rule::scope("c");
    const R: Rule = Rule::role("r");

    fn scope(rule: &Rule, scopes: &[&'static str], roles: &[&'static str]) -> Option<String> {
        let grants = Grants::new(scopes.iter().copied(), roles.iter().copied(), []);
        rule.evaluate(&grants).expect_err("a denial").scope()
    }

    #[test]
    fn names_the_whole_set_of_the_cheapest_alternative() {
        assert_eq!(scope(&A, &[], &[]).as_deref(), Some("a"));
        assert_eq!(scope(&Rule::All(&[A, B]), &["a"], &[]).as_deref(), Some("a b"));
        assert_eq!(scope(&Rule::Any(&[Rule::All(&[A, B]), C]), &[], &[]).as_deref(), Some("c"));
        const TWO_WAYS: Rule = Rule::Any(&[Rule::All(&[A, B]), Rule::All(&[C, Rule::scope("d")])]);
        assert_eq!(scope(&TWO_WAYS, &["c"], &[]).as_deref(), Some("c d"));
    }

    #[test]
    fn says_what_named_policies_stand_for() {
        const INNER: Rule = Rule::Named(&Named::new("Inner", "", A));
        const OUTER: Rule = Rule::Named(&Named::new("Outer", "", Rule::Any(&[INNER, B])));
        let denied = |rule: &Rule| rule.evaluate(&Grants::default()).unwrap_err().to_string();
        assert_eq!(
            denied(&Rule::Any(&[OUTER, R])),
            r#"not met: any(Outer, roles = "r"); Outer is any(Inner, scopes = "b"); Inner is scopes = "a""#
        );
        assert_eq!(denied(&Rule::All(&[INNER, R])), r#"not met: scopes = "a" and roles = "r""#);
    }

    #[test]
    fn is_silent_where_scopes_would_not_help() {
        assert_eq!(scope(&R, &[], &[]), None);
        assert_eq!(scope(&Rule::All(&[A, R]), &[], &[]), None);
        assert_eq!(scope(&Rule::Not(&A), &["a"], &[]), None);
        assert_eq!(scope(&Rule::All(&[A, Rule::Not(&A)]), &[], &[]), None);
        assert_eq!(scope(&Rule::Any(&[]), &[], &[]), None);
    }

    #[test]
    fn counts_on_what_the_token_has() {
        assert_eq!(scope(&Rule::All(&[A, R]), &[], &["r"]).as_deref(), Some("a"));
        assert_eq!(scope(&Rule::Any(&[R, A]), &[], &[]).as_deref(), Some("a"));
        assert_eq!(scope(&Rule::All(&[A, Rule::Not(&R)]), &[], &["r"]), None);
        assert_eq!(scope(&Rule::Not(&Rule::Not(&A)), &[], &[]).as_deref(), Some("a"));
    }
}
