//! Which answers can still decide a rule.

use super::check::CheckId;
use super::claim::Expected;
use super::evaluate::{Truth, truth};
use super::evidence::Evidence;
use super::owner::OwnerRule;
use super::rule::Rule;

/// How a rule stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Standing {
    Granted,
    /// The rule is false, or nothing that could be asked would make it true.
    Denied,
    /// It takes the answer of this check.
    Asks(CheckId),
    /// It takes the owner of an object that is not loaded yet.
    AwaitsObject,
}

impl Rule {
    pub(crate) fn standing(&self, evidence: &Evidence<'_>) -> Standing {
        if truth(self, evidence) == Truth::True {
            return Standing::Granted;
        }
        if !can_become(self, true, evidence) {
            return Standing::Denied;
        }
        next_check(self, true, evidence).map_or(Standing::AwaitsObject, Standing::Asks)
    }

    pub(crate) fn is_true(&self, evidence: &Evidence<'_>) -> bool {
        truth(self, evidence) == Truth::True
    }

    pub(crate) fn is_false(&self, evidence: &Evidence<'_>) -> bool {
        truth(self, evidence) == Truth::False
    }

    /// Whether an object was loaded whose existence is nothing for who does not own it.
    pub(crate) fn hides(&self, evidence: &Evidence<'_>) -> bool {
        let hidden = self.find(&mut |leaf| match leaf {
            Self::Owner(owner) if owner.hide() && evidence.answers.is_loaded(owner.object()) => {
                (truth(leaf, evidence) != Truth::True).then_some(())
            }
            _ => None,
        });
        hidden.is_some()
    }

    /// The name of a provider that the server has not: a mistake in the rule.
    pub(crate) fn unknown_provider(&self, evidence: &Evidence<'_>) -> Option<&'static str> {
        self.find(&mut |leaf| match leaf {
            Self::Provider(name) => (truth(leaf, evidence) == Truth::Unknown).then_some(name.as_str()),
            _ => None,
        })
    }

    /// The name of a parameter that the route has not, or twice: a mistake in the rule, or in the route.
    pub(crate) fn unknown_parameter(&self, evidence: &Evidence<'_>) -> Option<&'static str> {
        self.find(&mut |leaf| match leaf {
            Self::Claim(claim) => match claim.expected() {
                Expected::Path(name) if evidence.parameter(name).is_none() => Some(name),
                _ => None,
            },
            _ => None,
        })
    }

    /// What `look` says of the first leaf of which it says something.
    pub(super) fn find<T>(&self, look: &mut impl FnMut(&Self) -> Option<T>) -> Option<T> {
        match self {
            Self::Named(named) => named.rule().find(look),
            Self::Not(rule) => rule.find(look),
            Self::Any(rules) | Self::All(rules) => rules.iter().find_map(|rule| rule.find(look)),
            leaf => look(leaf),
        }
    }

    /// Hands `ask` every leaf that is about the owner of `object`, and only those.
    pub(crate) fn for_each_owner(&self, object: usize, ask: &mut impl FnMut(OwnerRule)) {
        // It looks at every leaf, since it says something of none.
        self.find(&mut |leaf| {
            if let Self::Owner(owner) = leaf
                && owner.object() == object
            {
                ask(*owner);
            }
            None::<()>
        });
    }
}

/// Whether `rule` has that outcome, or may have it once everything was asked.
pub(super) fn can_become(rule: &Rule, outcome: bool, evidence: &Evidence<'_>) -> bool {
    match rule {
        Rule::Named(named) => can_become(named.rule(), outcome, evidence),
        Rule::Not(rule) => can_become(rule, !outcome, evidence),
        Rule::Any(rules) | Rule::All(rules) => {
            let mut members = rules.iter().map(|rule| can_become(rule, outcome, evidence));
            // One member makes `any` true and `all` false; for the opposite it takes each.
            if matches!(rule, Rule::Any(_)) == outcome {
                members.any(|can| can)
            } else {
                !rules.is_empty() && members.all(|can| can)
            }
        }
        Rule::Check(check) if evidence.answers.may_ask_check(*check) => true,
        Rule::Owner(owner) if evidence.answers.may_ask_owner(*owner) => true,
        _ => truth(rule, evidence) == Truth::from(outcome),
    }
}

/// The first check, in the rule's order, whose answer can help `rule` to that outcome.
fn next_check(rule: &Rule, outcome: bool, evidence: &Evidence<'_>) -> Option<CheckId> {
    if truth(rule, evidence) == Truth::from(outcome) || !can_become(rule, outcome, evidence) {
        return None;
    }
    match rule {
        Rule::Check(check) => evidence.answers.may_ask_check(*check).then_some(*check),
        Rule::Named(named) => next_check(named.rule(), outcome, evidence),
        Rule::Not(rule) => next_check(rule, !outcome, evidence),
        Rule::Any(rules) | Rule::All(rules) => {
            rules.iter().find_map(|rule| next_check(rule, outcome, evidence))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::check::Check;
    use super::super::evidence::Answers;
    use super::super::grants::Grants;
    use super::super::held::Held;
    use super::{Evidence, Rule, Standing};

    struct A;
    impl Check for A {
        const NAME: &'static str = "a";
    }
    struct B;
    impl Check for B {
        const NAME: &'static str = "b";
    }

    const ASK_A: Rule = Rule::check::<A>();
    const ASK_B: Rule = Rule::check::<B>();
    const OWNER: Rule = Rule::owner("object");
    const YES: Rule = Rule::scope("held");
    const NO: Rule = Rule::scope("absent");
    const UNREADABLE: Rule = Rule::role("any");

    /// How `rule` stands once those checks had those answers, and the objects are there.
    fn standing(rule: &Rule, asked: &[(Rule, Option<bool>)], objects: usize) -> Standing {
        let grants = Grants { roles: Held::unreadable(), ..Grants::new(["held"], [], []) };
        let mut answers = Answers::with_objects(objects);
        for (check, answer) in asked {
            let Rule::Check(check) = check else { unreachable!() };
            answers.answer_check(*check, *answer);
        }
        rule.standing(&Evidence { answers: &answers, ..Evidence::of_grants(&grants) })
    }

    fn asks(rule: Rule) -> Standing {
        let Rule::Check(check) = rule else { unreachable!() };
        Standing::Asks(check)
    }

    #[test]
    fn asks_nothing_where_the_token_decides() {
        for (rule, expected) in [
            (Rule::Any(&[YES, ASK_A, OWNER]), Standing::Granted),
            (Rule::Any(&[ASK_A, YES]), Standing::Granted),
            (Rule::All(&[ASK_A, NO, OWNER]), Standing::Denied),
            (Rule::Not(&Rule::Any(&[ASK_A, YES])), Standing::Denied),
            // Whatever the check says, an unreadable claim leaves it unknown.
            (Rule::All(&[ASK_A, UNREADABLE]), Standing::Denied),
            (Rule::Not(&Rule::Any(&[OWNER, UNREADABLE])), Standing::Denied),
        ] {
            assert_eq!(standing(&rule, &[], 1), expected, "{rule}");
        }
    }

    #[test]
    fn asks_in_the_order_of_the_rule_what_can_still_help() {
        for (rule, asked, expected) in [
            (Rule::Any(&[NO, ASK_A, ASK_B]), &[][..], asks(ASK_A)),
            (Rule::Any(&[ASK_A, ASK_B]), &[(ASK_A, Some(false))], asks(ASK_B)),
            (Rule::Any(&[ASK_A, ASK_B]), &[(ASK_A, None)], asks(ASK_B)),
            (Rule::Any(&[ASK_A, ASK_B]), &[(ASK_A, Some(true))], Standing::Granted),
            (Rule::All(&[ASK_A, ASK_B]), &[(ASK_A, Some(false))], Standing::Denied),
            (Rule::All(&[ASK_A, ASK_B]), &[(ASK_A, None)], Standing::Denied),
            (Rule::All(&[ASK_A, ASK_B]), &[(ASK_A, Some(true))], asks(ASK_B)),
            (Rule::Not(&ASK_A), &[(ASK_A, Some(false))], Standing::Granted),
            (Rule::Not(&ASK_A), &[(ASK_A, None)], Standing::Denied),
            // The first branch is lost already, so that its check is not asked.
            (Rule::Any(&[Rule::All(&[NO, ASK_A]), ASK_B]), &[], asks(ASK_B)),
            (Rule::Any(&[Rule::All(&[UNREADABLE, ASK_A]), ASK_B]), &[], asks(ASK_B)),
            // One answer serves both places.
            (Rule::All(&[ASK_A, Rule::Any(&[ASK_A, NO])]), &[(ASK_A, Some(true))], Standing::Granted),
        ] {
            assert_eq!(standing(&rule, asked, 0), expected, "{rule} {asked:?}");
        }
    }

    #[test]
    fn waits_for_objects_after_the_checks_and_only_where_there_are_any() {
        let both = Rule::All(&[OWNER, ASK_A]);
        assert_eq!(standing(&both, &[], 1), asks(ASK_A));
        assert_eq!(standing(&both, &[(ASK_A, Some(true))], 1), Standing::AwaitsObject);
        assert_eq!(standing(&both, &[], 0), Standing::Denied);
        assert_eq!(standing(&Rule::Any(&[OWNER, ASK_A]), &[(ASK_A, Some(true))], 1), Standing::Granted);
        assert_eq!(standing(&Rule::Not(&OWNER), &[], 0), Standing::Denied);
    }

    #[test]
    fn nothing_helps_an_empty_group() {
        for rule in [Rule::Any(&[]), Rule::All(&[]), Rule::Not(&Rule::Any(&[])), Rule::Not(&Rule::All(&[]))] {
            assert_eq!(standing(&rule, &[], 1), Standing::Denied, "{rule}");
        }
    }
}
