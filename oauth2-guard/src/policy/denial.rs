use super::evaluate::{Truth, truth};
use super::grants::{Grants, Held};
use super::rule::Rule;

/// A rule said no of a verified token.
///
/// It names what the *rule* asks for and nothing of what the token holds, so that it may be shown to the
/// bearer.
///
/// ```
/// use oauth2_guard::policy::{Grants, Rule};
///
/// const RULE: Rule = Rule::Any(&[Rule::role("admin"), Rule::scope("orders:cancel")]);
///
/// let denial = RULE.evaluate(&Grants::default()).unwrap_err();
/// assert_eq!(denial.rule(), &RULE);
/// assert_eq!(denial.scope().as_deref(), Some("orders:cancel"));
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Denial {
    rule: Rule,
    scopes: Vec<&'static str>,
}

impl Denial {
    pub(super) fn new(rule: &Rule, grants: &Grants) -> Self {
        Self { rule: *rule, scopes: scopes_that_help(rule, grants).unwrap_or_default() }
    }

    /// The rule that denied.
    #[must_use]
    pub fn rule(&self) -> &Rule {
        &self.rule
    }

    /// The `scope` of the challenge (RFC 6750 §3): the whole scope set of the alternative that the fewest
    /// further scopes would meet; `None` where more scopes would not help.
    #[must_use]
    pub fn scope(&self) -> Option<String> {
        (!self.scopes.is_empty()).then(|| self.scopes.join(" "))
    }
}

/// The scopes that would have to be held for `rule` to be true of `grants`, if scopes can make it so.
fn scopes_that_help(rule: &Rule, grants: &Grants) -> Option<Vec<&'static str>> {
    let wanted = wanted(rule, true, grants)?;
    // A scope that one part asks for may be the one that another part forbids: the evaluator has the last word.
    let names = grants.scopes().chain(wanted.iter().copied());
    let then = Grants { scopes: Held::known(names), ..grants.clone() };
    (truth(rule, &then) == Truth::True).then_some(wanted)
}

/// The scopes for which `rule` would come out as `outcome`, all else as it is.
fn wanted(rule: &Rule, outcome: bool, grants: &Grants) -> Option<Vec<&'static str>> {
    match (rule, outcome) {
        (Rule::Scope(token), true) => grants.scopes.contains(token.as_str()).map(|_| vec![token.as_str()]),
        (Rule::Not(rule), _) => wanted(rule, !outcome, grants),
        (Rule::All(rules), true) | (Rule::Any(rules), false) => {
            let mut union = Vec::new();
            for rule in *rules {
                for scope in wanted(rule, outcome, grants)? {
                    if !union.contains(&scope) {
                        union.push(scope);
                    }
                }
            }
            Some(union)
        }
        (Rule::Any(rules), true) | (Rule::All(rules), false) => rules
            .iter()
            .filter_map(|rule| wanted(rule, outcome, grants))
            .min_by_key(|scopes| missing(scopes, grants)),
        // No scope changes any other leaf: it has that outcome already, or never will.
        _ => (truth(rule, grants) == Truth::from(outcome)).then(Vec::new),
    }
}

fn missing(scopes: &[&str], grants: &Grants) -> usize {
    scopes.iter().filter(|scope| grants.scopes.contains(scope) != Some(true)).count()
}

#[cfg(test)]
mod tests {
    use super::{Grants, Rule};

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
