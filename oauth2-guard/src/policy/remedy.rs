//! What another token would have to bring for a rule to hold.

use core::time::Duration;

use super::evaluate::{Truth, truth};
use super::evidence::{Answers, Evidence};
use super::grants::Grants;
use super::held::Held;
use super::principal::Principal;
use super::question::can_become;
use super::rule::Rule;

/// The whole set, with what is held already.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Remedy {
    pub(super) scopes: Vec<&'static str>,
    /// One of these; any where it is empty.
    pub(super) acr: Vec<&'static str>,
    pub(super) max_age: Option<Duration>,
    /// How many of the scopes are missing.
    pub(super) missing_scopes: usize,
    /// Whether it takes another log-in.
    pub(super) login: bool,
}

impl Remedy {
    /// The one that asks for the least, if there is one at all, for `rule` to hold, and each of `others`, of which nothing was asked yet.
    pub(super) fn of(rule: &Rule, others: &[&Rule], evidence: &Evidence<'_>) -> Option<Self> {
        let answers = Answers::with_objects(usize::MAX);
        let open = Evidence { answers: &answers, ..*evidence };
        let own = wanted(rule, true, evidence)?;
        let wanted = match others {
            [] => own,
            _ => together(others.iter().copied(), true, &open)?.and(own)?.counted(evidence),
        };
        // A scope that one part asks for may be the one that another part forbids, and so may a log-in: the evaluator has the last word.
        let may_clash = wanted.login || forbids_scope(rule) || others.iter().any(|rule| forbids_scope(rule));
        if !may_clash {
            return Some(wanted);
        }
        let held = evidence.grants;
        let more = Held::known(&wanted.scopes);
        let grants = Grants {
            scopes: held.scopes.clone().and(more),
            roles: held.roles.clone(),
            permissions: held.permissions.clone(),
        };
        let supposed = wanted.login.then_some(&wanted);
        let then = Evidence { grants: &grants, supposed, ..*evidence };
        let then_open = Evidence { answers: &answers, ..then };
        let holds = can_become(rule, true, &then);
        (holds && others.iter().all(|rule| can_become(rule, true, &then_open))).then_some(wanted)
    }

    fn counted(mut self, evidence: &Evidence<'_>) -> Self {
        let is_missing = |scope: &&&str| evidence.grants.scopes.contains(scope) != Some(true);
        self.missing_scopes = self.scopes.iter().filter(is_missing).count();
        self
    }

    fn cost(&self) -> (usize, bool) {
        (self.missing_scopes.saturating_add(usize::from(self.login)), self.login)
    }

    /// Both; `None` where no log-in is of two classes.
    fn and(mut self, other: Self) -> Option<Self> {
        if self.scopes.is_empty() {
            self.scopes = other.scopes;
        } else {
            for scope in other.scopes {
                if !self.scopes.contains(&scope) {
                    self.scopes.push(scope);
                }
            }
        }
        self.acr = match (self.acr.is_empty(), other.acr.is_empty()) {
            (true, _) => other.acr,
            (_, true) => self.acr,
            _ => {
                self.acr.retain(|acr| other.acr.contains(acr));
                if self.acr.is_empty() {
                    return None;
                }
                self.acr
            }
        };
        self.max_age = match (self.max_age, other.max_age) {
            (Some(one), Some(another)) => Some(one.min(another)),
            (one, another) => one.or(another),
        };
        self.login |= other.login;
        Some(self)
    }

    /// Adds the classes of log-in that would do as well.
    fn or_log_in_as(&mut self, other: &Self) {
        let is_alike = self.scopes == other.scopes && self.max_age == other.max_age;
        if is_alike && !self.acr.is_empty() {
            for acr in &other.acr {
                if !self.acr.contains(acr) {
                    self.acr.push(acr);
                }
            }
        }
    }
}

/// Whether a scope that it asks about may be one that a token must not have. Where there is none, more scopes only ever help.
fn forbids_scope(rule: &Rule) -> bool {
    match rule {
        Rule::Not(rule) => rule.find(&mut |leaf| matches!(leaf, Rule::Scope(_)).then_some(())).is_some(),
        Rule::Named(named) => forbids_scope(named.rule()),
        Rule::Any(rules) | Rule::All(rules) => rules.iter().any(forbids_scope),
        _ => false,
    }
}

/// What would make `rule` come out as `outcome`, all else as it is.
fn wanted(rule: &Rule, outcome: bool, evidence: &Evidence<'_>) -> Option<Remedy> {
    match (rule, outcome) {
        (Rule::Scope(token), true) => {
            let is_held = evidence.grants.scopes.has(token.marked())?;
            let token = token.as_str();
            if !is_held && !evidence.may_be_granted(token) {
                return None;
            }
            let missing_scopes = usize::from(!is_held);
            Some(Remedy { scopes: vec![token], missing_scopes, ..Remedy::default() })
        }
        (Rule::Acr(_) | Rule::MaxAge(_), true) => log_in(rule, evidence),
        (Rule::Named(named), _) => wanted(named.rule(), outcome, evidence),
        (Rule::Not(rule), _) => wanted(rule, !outcome, evidence),
        (Rule::All(rules), true) | (Rule::Any(rules), false) => {
            together(rules.iter(), outcome, evidence).filter(|_| !rules.is_empty())
        }
        (Rule::Any(rules), true) | (Rule::All(rules), false) => {
            let all: Vec<Remedy> = rules.iter().filter_map(|rule| wanted(rule, outcome, evidence)).collect();
            let mut best = all.iter().min_by_key(|remedy| remedy.cost())?.clone();
            all.iter().for_each(|remedy| best.or_log_in_as(remedy));
            Some(best)
        }
        // No other token changes any other leaf: it has that outcome already, or never will.
        _ => can_become(rule, outcome, evidence).then(Remedy::default),
    }
}

/// What would make each of them come out as `outcome`.
fn together<'a>(
    rules: impl Iterator<Item = &'a Rule>,
    outcome: bool,
    evidence: &Evidence<'_>,
) -> Option<Remedy> {
    let mut together = Remedy::default();
    for rule in rules {
        together = together.and(wanted(rule, outcome, evidence)?)?;
    }
    Some(together.counted(evidence))
}

/// Another log-in, which only a person can do.
fn log_in(rule: &Rule, evidence: &Evidence<'_>) -> Option<Remedy> {
    let login = truth(rule, evidence) != Truth::True;
    if login && evidence.principal() != Some(Principal::User) {
        return None;
    }
    match rule {
        Rule::Acr(value) => Some(Remedy { acr: vec![value.as_str()], login, ..Remedy::default() }),
        Rule::MaxAge(age) => Some(Remedy { max_age: Some(*age), login, ..Remedy::default() }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::denial::{Denial, StepUp};
    use super::super::evidence::{Answers, Token};
    use super::super::principal::PrincipalOf;
    use super::{Evidence, Grants, Principal, Rule};
    use crate::claims::ClaimsText;
    use crate::clock::StoppedClock;

    const MFA: Rule = Rule::acr("mfa");
    const KEY: Rule = Rule::acr("phrh");
    const FRESH: Rule = Rule::max_age(60);
    const PAY: Rule = Rule::scope("pay");
    const READ: Rule = Rule::scope("read");
    const ROOT: Rule = Rule::scope("root");
    const ADMIN: Rule = Rule::role("admin");
    const PWD: Rule = Rule::acr("pwd");

    /// The `scope`, the `acr_values` and the `max_age` that are asked of a token with those claims and the scope `read`.
    fn asked(rule: &Rule, claims: &Value) -> (Option<String>, Option<(String, Option<u64>)>) {
        asked_within(rule, claims, None)
    }

    /// The same of a provider that grants no more than that.
    fn asked_within(
        rule: &Rule,
        claims: &Value,
        most: Option<&Grants>,
    ) -> (Option<String>, Option<(String, Option<u64>)>) {
        let (grants, claims) = (Grants::new(["read"], [], []), ClaimsText::of(claims));
        let token = Token {
            provider: "staff",
            providers: &[],
            most,
            claims: &claims,
            principal: &PrincipalOf::new(Principal::of),
            clock: &StoppedClock(1_000),
            leeway: 0,
        };
        let answers = Answers::with_objects(1);
        let evidence = Evidence::new(&grants, token, &[], &answers);
        let denial = Denial::new(rule, &evidence);
        let step_up = denial.step_up().map(|StepUp { acr_values, max_age }| {
            (acr_values.join(" "), max_age.map(|max_age| max_age.as_secs()))
        });
        (denial.scope(), step_up)
    }

    #[test]
    fn asks_for_the_log_in_that_is_missing_and_for_scopes_if_these_are() {
        let weak = json!({"sub": "alice", "acr": "pwd", "auth_time": 990});
        let stale = json!({"sub": "alice", "acr": "mfa", "auth_time": 9});
        let log_in = |acr: &str, max_age| Some((acr.to_owned(), max_age));
        for (rule, claims, scope, step_up) in [
            (Rule::All(&[READ, MFA]), &weak, None, log_in("mfa", None)),
            (Rule::All(&[PAY, MFA]), &weak, Some("pay"), log_in("mfa", None)),
            (Rule::All(&[READ, PAY, FRESH]), &stale, Some("read pay"), log_in("", Some(60))),
            // What the log-in was already, the next one has to be again.
            (Rule::All(&[MFA, FRESH]), &stale, None, log_in("mfa", Some(60))),
            (Rule::Any(&[MFA, KEY]), &weak, None, log_in("mfa phrh", None)),
            (Rule::All(&[READ, Rule::Any(&[MFA, KEY]), FRESH]), &stale, None, log_in("mfa phrh", Some(60))),
            // The owner may turn out to be the bearer.
            (Rule::All(&[MFA, Rule::Owner(OWNER)]), &weak, None, log_in("mfa", None)),
            // Where scopes do as well, nobody has to log in.
            (Rule::Any(&[MFA, PAY]), &weak, Some("pay"), None),
            (Rule::Any(&[Rule::All(&[PAY, MFA]), ROOT]), &weak, Some("root"), None),
        ] {
            assert_eq!(asked(&rule, claims), (scope.map(str::to_owned), step_up), "{rule}");
        }
    }

    #[test]
    fn asks_for_no_scope_that_the_provider_does_not_grant() {
        let most = Grants::new(["read", "pay"], [], []);
        for (rule, scope) in [
            (PAY, Some("pay")),
            (ROOT, None),
            (Rule::All(&[PAY, ROOT]), None),
            (Rule::Any(&[Rule::All(&[READ, ROOT]), PAY]), Some("pay")),
        ] {
            assert_eq!(asked_within(&rule, &json!({}), Some(&most)).0.as_deref(), scope, "{rule}");
        }
        assert_eq!(asked(&ROOT, &json!({})).0.as_deref(), Some("root"));
    }

    const OWNER: super::super::owner::OwnerRule = super::super::owner::OwnerRule::new(0, "x", None, false);

    #[test]
    fn asks_for_no_log_in_that_would_not_help() {
        let weak = json!({"sub": "alice", "acr": "pwd"});
        let machine = json!({"sub": "app", "client_id": "app"});
        let nobody = json!({});
        for (rule, claims) in [
            (Rule::All(&[MFA, ADMIN]), &weak),
            (Rule::All(&[MFA, KEY]), &weak),
            (Rule::Not(&PWD), &weak),
            (MFA, &machine),
            (FRESH, &machine),
            (MFA, &nobody),
        ] {
            assert_eq!(asked(&rule, claims), (None, None), "{rule}");
        }
    }
}
