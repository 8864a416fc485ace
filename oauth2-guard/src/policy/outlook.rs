//! What can be said of a rule while nothing is known but the token.

use super::claim::Expected;
use super::evaluate::{Truth, truth};
use super::evidence::{Answers, Evidence};
use super::rule::Rule;

/// How a rule will stand in requests with a token.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Outlook {
    /// In all of them.
    Holds,
    /// In none of them.
    Fails,
    /// On these leaves.
    Depends(Vec<String>),
}

impl Rule {
    pub(crate) fn outlook(&self, evidence: &Evidence<'_>) -> Outlook {
        let answers = Answers::default();
        let evidence = Evidence { answers: &answers, path: &[], ..*evidence };
        if truth(self, &evidence) == Truth::True {
            return Outlook::Holds;
        }
        if !may_become(self, true, &evidence) {
            return Outlook::Fails;
        }
        let mut leaves = Vec::new();
        collect(self, true, &evidence, &mut leaves);
        Outlook::Depends(leaves)
    }

    /// Whether a leaf is about this scope, be it asked for or forbidden.
    pub(crate) fn names_scope(&self, scope: &str) -> bool {
        match self {
            Self::Scope(token) => token.as_str() == scope,
            Self::Named(named) => named.rule().names_scope(scope),
            Self::Not(rule) => rule.names_scope(scope),
            Self::Any(rules) | Self::All(rules) => rules.iter().any(|rule| rule.names_scope(scope)),
            _ => false,
        }
    }
}

/// Whether there may be a request in which `rule` has that outcome.
fn may_become(rule: &Rule, outcome: bool, evidence: &Evidence<'_>) -> bool {
    match rule {
        Rule::Named(named) => may_become(named.rule(), outcome, evidence),
        Rule::Not(rule) => may_become(rule, !outcome, evidence),
        Rule::Any(rules) | Rule::All(rules) => {
            let mut members = rules.iter().map(|rule| may_become(rule, outcome, evidence));
            // One member makes `any` true and `all` false; for the opposite it takes each.
            if matches!(rule, Rule::Any(_)) == outcome {
                members.any(|may| may)
            } else {
                !rules.is_empty() && members.all(|may| may)
            }
        }
        leaf => is_open(leaf, outcome, evidence) || truth(leaf, evidence) == Truth::from(outcome),
    }
}

/// Whether it is for the request to decide a leaf.
fn is_open(leaf: &Rule, outcome: bool, evidence: &Evidence<'_>) -> bool {
    match leaf {
        Rule::Check(_) | Rule::Owner(_) => true,
        Rule::Claim(claim) if matches!(claim.expected(), Expected::Path(_)) => {
            let Some(token) = evidence.token else { return false };
            claim.may_be_in_path(token.claims) || (!outcome && claim.is_absent(token.claims))
        }
        _ => false,
    }
}

fn collect(rule: &Rule, outcome: bool, evidence: &Evidence<'_>, leaves: &mut Vec<String>) {
    if truth(rule, evidence) == Truth::from(outcome) || !may_become(rule, outcome, evidence) {
        return;
    }
    match rule {
        Rule::Named(named) => collect(named.rule(), outcome, evidence, leaves),
        Rule::Not(rule) => collect(rule, !outcome, evidence, leaves),
        Rule::Any(rules) | Rule::All(rules) => {
            rules.iter().for_each(|rule| collect(rule, outcome, evidence, leaves));
        }
        leaf => {
            let text = if outcome { leaf.to_string() } else { format!("not({leaf})") };
            if !leaves.contains(&text) {
                leaves.push(text);
            }
        }
    }
}
