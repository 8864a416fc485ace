//! A rule as far as OpenAPI can say it: an OR of ANDs of scopes, and whose tokens.

use crate::policy::Rule;

/// Beyond these nobody reads them, and some rules have more than any document could hold.
const MAX: usize = 24;

/// One way to meet a rule.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Alternative {
    pub(super) scopes: Vec<&'static str>,
    /// Of this provider alone.
    pub(super) provider: Option<&'static str>,
    /// Whether something is asked for beside that.
    pub(super) asks_more: bool,
}

/// What any token meets, or what cannot be said asks for.
pub(super) const ANY_TOKEN: Alternative =
    Alternative { scopes: Vec::new(), provider: None, asks_more: false };
const UNSAID: Alternative = Alternative { scopes: Vec::new(), provider: None, asks_more: true };

/// The ways to meet all of these. Who is let in meets one of them; the converse holds of those that ask for no more.
pub(super) fn alternatives(rules: &[&'static Rule]) -> Vec<Alternative> {
    simplified(product(rules.iter().map(|rule| ways(rule, true))))
}

/// Whether the answer to who is not the owner is that there is nothing.
pub(super) fn hides(rule: &Rule) -> bool {
    match rule {
        Rule::Owner(owner) => owner.hide(),
        Rule::Named(named) => hides(named.rule()),
        Rule::Not(rule) => hides(rule),
        Rule::Any(rules) | Rule::All(rules) => rules.iter().any(hides),
        _ => false,
    }
}

/// The ways in which a rule comes out so; none where it cannot.
fn ways(rule: &'static Rule, outcome: bool) -> Vec<Alternative> {
    match (rule, outcome) {
        (Rule::Authenticated, true) => vec![ANY_TOKEN],
        (Rule::Authenticated, false) => Vec::new(),
        (Rule::Scope(token), true) => vec![Alternative { scopes: vec![token.as_str()], ..ANY_TOKEN }],
        (Rule::Provider(name), true) => vec![Alternative { provider: Some(name.as_str()), ..ANY_TOKEN }],
        (Rule::Named(named), _) => ways(named.rule(), outcome),
        (Rule::Not(rule), _) => ways(rule, !outcome),
        // Of nothing, nothing is known, and that denies.
        (Rule::Any([]) | Rule::All([]), _) => Vec::new(),
        (Rule::All(rules), true) | (Rule::Any(rules), false) => {
            product(rules.iter().map(|rule| ways(rule, outcome)))
        }
        (Rule::Any(rules), true) | (Rule::All(rules), false) => {
            simplified(rules.iter().flat_map(|rule| ways(rule, outcome)).collect())
        }
        _ => vec![UNSAID],
    }
}

/// One of each, in every combination that there can be.
fn product(of: impl Iterator<Item = Vec<Alternative>>) -> Vec<Alternative> {
    of.fold(vec![ANY_TOKEN], |all, more| {
        let all = all.iter().flat_map(|one| more.iter().filter_map(|other| one.and(other)));
        simplified(all.collect())
    })
}

/// Without those that another one makes superfluous.
fn simplified(all: Vec<Alternative>) -> Vec<Alternative> {
    let mut kept: Vec<Alternative> = Vec::new();
    for one in all {
        if kept.iter().any(|other| other.covers(&one)) {
            continue;
        }
        kept.retain(|other| !one.covers(other));
        kept.push(one);
    }
    if kept.len() > MAX { vec![UNSAID] } else { kept }
}

impl Alternative {
    /// `None` where no token is of two providers.
    fn and(&self, other: &Self) -> Option<Self> {
        let mut both = self.clone();
        both.provider = match (self.provider, other.provider) {
            (Some(one), Some(another)) if one != another => return None,
            (one, another) => one.or(another),
        };
        for scope in &other.scopes {
            if !both.scopes.contains(scope) {
                both.scopes.push(scope);
            }
        }
        both.asks_more |= other.asks_more;
        Some(both)
    }

    /// Whether who meets the other one meets this, as far as can be said. What asks for more covers its like alone.
    fn covers(&self, other: &Self) -> bool {
        let is_less = self.scopes.iter().all(|scope| other.scopes.contains(scope))
            && (self.provider.is_none() || self.provider == other.provider);
        let is_same = self.scopes.len() == other.scopes.len() && self.provider == other.provider;
        is_less && (!self.asks_more || (is_same && other.asks_more))
    }
}

#[cfg(test)]
mod tests {
    use super::{Alternative, MAX, alternatives};
    use crate::policy::{Grants, Named, Rule};

    const A: Rule = Rule::scope("a");
    const B: Rule = Rule::scope("b");
    const C: Rule = Rule::scope("c");
    const R: Rule = Rule::role("r");
    const S: Rule = Rule::role("s");
    const STAFF: Rule = Rule::provider("staff");
    const GUESTS: Rule = Rule::provider("guests");
    const OWNER: Rule = Rule::owner("order");

    /// `a b`, with `@` before a provider and `+` for what cannot be said; `|` between.
    fn said(rules: &[&'static Rule]) -> String {
        let said = alternatives(rules).into_iter().map(|one| {
            let scopes = one.scopes.into_iter().map(str::to_owned);
            let rest = one.provider.map(|name| format!("@{name}")).into_iter();
            scopes.chain(rest).chain(one.asks_more.then(|| "+".to_owned())).collect::<Vec<_>>().join(" ")
        });
        said.collect::<Vec<_>>().join(" | ")
    }

    #[test]
    fn a_rule_is_an_or_of_ands() {
        const NAMED: Rule = Rule::Named(&Named::new("Named", "", Rule::All(&[A, B])));
        const EITHER: Rule = Rule::Any(&[A, B]);
        for (rule, text) in [
            (&Rule::Authenticated, ""),
            (&A, "a"),
            (&NAMED, "a b"),
            (&EITHER, "a | b"),
            (&Rule::All(&[EITHER, C]), "a c | b c"),
            (&Rule::All(&[EITHER, Rule::Any(&[A, C])]), "a | b c"),
            (&Rule::Any(&[Rule::Authenticated, A]), ""),
            (&Rule::Any(&[Rule::All(&[A, B]), A]), "a"),
            (&STAFF, "@staff"),
            (&Rule::Any(&[Rule::All(&[STAFF, A]), B]), "a @staff | b"),
            (&Rule::All(&[STAFF, GUESTS]), "no way"),
            (&Rule::Any(&[STAFF, GUESTS]), "@staff | @guests"),
            (&Rule::Not(&Rule::Not(&A)), "a"),
            (&Rule::Not(&Rule::Any(&[Rule::Not(&A), Rule::Not(&B)])), "a b"),
            (&Rule::Not(&Rule::Authenticated), "no way"),
            (&Rule::Any(&[]), "no way"),
            (&Rule::Not(&Rule::All(&[])), "no way"),
        ] {
            let found = if alternatives(&[rule]).is_empty() { "no way".to_owned() } else { said(&[rule]) };
            assert_eq!(found, text, "{rule}");
        }
        assert_eq!(said(&[]), "");
        assert_eq!(said(&[&A, &EITHER, &C]), "a c");
    }

    #[test]
    fn what_cannot_be_said_is_not_taken_for_less_than_it_is() {
        for (rule, text) in [
            (&R, "+"),
            (&Rule::All(&[A, R]), "a +"),
            (&Rule::Any(&[A, R]), "a | +"),
            (&Rule::Any(&[R, A]), "+ | a"),
            (&Rule::Any(&[R, S]), "+"),
            (&Rule::Any(&[Rule::All(&[A, R]), A]), "a"),
            (&Rule::Any(&[Rule::All(&[A, R]), R]), "a + | +"),
            (&Rule::Not(&A), "+"),
            (&Rule::All(&[A, Rule::Not(&B)]), "a +"),
            (&Rule::Not(&STAFF), "+"),
            (&OWNER, "+"),
        ] {
            assert_eq!(said(&[rule]), text, "{rule}");
        }
    }

    #[test]
    fn a_rule_of_too_many_alternatives_is_left_to_words() {
        const NAMES: [&str; 10] = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
        const fn pair(index: usize) -> [Rule; 2] {
            [Rule::scope(NAMES[2 * index]), Rule::scope(NAMES[2 * index + 1])]
        }
        const PAIRS: [[Rule; 2]; 5] = [pair(0), pair(1), pair(2), pair(3), pair(4)];
        const WHOLE: Rule = Rule::All(&[
            Rule::Any(&PAIRS[0]),
            Rule::Any(&PAIRS[1]),
            Rule::Any(&PAIRS[2]),
            Rule::Any(&PAIRS[3]),
            Rule::Any(&PAIRS[4]),
        ]);
        assert!(2_usize.pow(5) > MAX);
        assert_eq!(said(&[&WHOLE]), "+");
    }

    /// Every rule over these leaves, two groups deep: about 7,000, each held against every token.
    #[test]
    fn who_is_let_in_meets_an_alternative_and_who_meets_a_whole_one_is_let_in() {
        let leaves = [A, B, R, Rule::Authenticated, Rule::Any(&[])];
        let shallow: Vec<Rule> = leaves.into_iter().chain(groups(&leaves)).collect();
        let rules = groups(&shallow);
        assert!(rules.len() > 7_000);
        for rule in rules {
            let alternatives = alternatives(&[Box::leak(Box::new(rule))]);
            for held in 0_u8..8 {
                let has = |bit: u8, name| (held & bit != 0).then_some(name);
                let scopes: Vec<_> = [has(1, "a"), has(2, "b")].into_iter().flatten().collect();
                let grants = Grants::new(scopes.iter().copied(), has(4, "r"), []);
                let is_met = |one: &&Alternative| one.scopes.iter().all(|scope| scopes.contains(scope));
                let mut met = alternatives.iter().filter(is_met);
                let is_let_in = rule.evaluate(&grants).is_ok();
                assert!(
                    !is_let_in || met.clone().next().is_some(),
                    "{rule} lets {grants:?} in: {alternatives:?}"
                );
                assert!(
                    is_let_in || met.all(|one| one.asks_more),
                    "{rule} denies {grants:?}: {alternatives:?}"
                );
            }
        }
    }

    /// `not` of each, and `any` and `all` of each two.
    fn groups(of: &[Rule]) -> Vec<Rule> {
        let of: &'static [Rule] = of.to_vec().leak();
        let pairs = of.iter().flat_map(|one| of.iter().map(|other| &*vec![*one, *other].leak()));
        let pairs: Vec<&'static [Rule]> = pairs.collect();
        let (any, all) = (pairs.iter().map(|pair| Rule::Any(pair)), pairs.iter().map(|pair| Rule::All(pair)));
        of.iter().map(Rule::Not).chain(any).chain(all).collect()
    }
}
