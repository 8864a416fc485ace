//! Rules that no token can meet, and rules that every token meets.
//!
//! The leaves are taken for true or false, as far as they do not exclude or imply each other: assign one,
//! simplify, go on with what is left.

use super::name::claim_path;
use crate::messages;
use crate::model::{Expected, Kind, Leaf, Name, Rule};

/// Searches the groups of one attribute.
pub(crate) struct Search {
    /// How many parts of formulas may still be visited. Nothing is said where that is not enough.
    steps: usize,
}

impl Default for Search {
    fn default() -> Self {
        Self { steps: 200_000 }
    }
}

impl Search {
    /// What to say of a rule that can never be met, or always is.
    pub(crate) fn contradiction(&mut self, rule: &Rule) -> Option<String> {
        match self.outcomes(rule)? {
            [true, true] => None,
            [false, _] => Some(messages::never_met(pair(rule, true))),
            [true, false] => Some(messages::always_met(pair(rule, false))),
        }
    }

    /// Whether it can be met, and whether it can be not met; `None` where that took too long to find out.
    fn outcomes(&mut self, rule: &Rule) -> Option<[bool; 2]> {
        let mut atoms = Atoms { leaves: Vec::new(), are_independent: true };
        let formula = atoms.formula(rule);
        if atoms.are_independent {
            return Some([true, true]);
        }
        Some([self.can_be(true, &formula, &atoms)?, self.can_be(false, &formula, &atoms)?])
    }

    fn can_be(&mut self, wanted: bool, formula: &Formula, atoms: &Atoms) -> Option<bool> {
        self.steps = self.steps.checked_sub(formula.size())?;
        let Some((atom, value)) = formula.choice(wanted) else {
            return Some(matches!(formula, Formula::Constant(value) if *value == wanted));
        };
        for value in [value, !value] {
            let rest = formula.assign(&atoms.consequences(atom, value));
            if self.can_be(wanted, &rest, atoms)? {
                return Some(true);
            }
        }
        Some(false)
    }
}

/// A rule with numbers for its leaves. Groups have one member or more.
enum Formula {
    Constant(bool),
    Atom(usize),
    Any(Vec<Self>),
    All(Vec<Self>),
    Not(Box<Self>),
}

impl Formula {
    fn size(&self) -> usize {
        match self {
            Self::Constant(_) | Self::Atom(_) => 1,
            Self::Any(members) | Self::All(members) => {
                members.iter().map(Self::size).fold(1, usize::saturating_add)
            }
            Self::Not(member) => member.size().saturating_add(1),
        }
    }

    /// The atom to assign first and the value that leads to what is wanted; those that have no choice come first.
    fn choice(&self, wanted: bool) -> Option<(usize, bool)> {
        match self {
            Self::Constant(_) => None,
            Self::Atom(atom) => Some((*atom, wanted)),
            Self::Not(member) => member.choice(!wanted),
            Self::Any(members) | Self::All(members) => {
                let is_forced = |member: &&Self| match member {
                    Self::Not(member) => matches!(**member, Self::Atom(_)),
                    member => matches!(member, Self::Atom(_)),
                };
                let member = members.iter().find(is_forced).or_else(|| members.first())?;
                member.choice(wanted)
            }
        }
    }

    fn assign(&self, values: &[(usize, bool)]) -> Self {
        let group = |members: &[Self], deciding: bool| {
            let mut rest = Vec::new();
            for member in members {
                match member.assign(values) {
                    Self::Constant(value) if value == deciding => return Err(Self::Constant(deciding)),
                    Self::Constant(_) => {}
                    member => rest.push(member),
                }
            }
            if rest.is_empty() { Err(Self::Constant(!deciding)) } else { Ok(rest) }
        };
        match self {
            Self::Constant(value) => Self::Constant(*value),
            Self::Atom(atom) => values
                .iter()
                .find(|(assigned, _)| assigned == atom)
                .map_or(Self::Atom(*atom), |(_, value)| Self::Constant(*value)),
            Self::Any(members) => group(members, true).map_or_else(|constant| constant, Self::Any),
            Self::All(members) => group(members, false).map_or_else(|constant| constant, Self::All),
            Self::Not(member) => match member.assign(values) {
                Self::Constant(value) => Self::Constant(!value),
                member => Self::Not(Box::new(member)),
            },
        }
    }
}

struct Atoms {
    leaves: Vec<Leaf>,
    /// None is there twice, or has to do with another.
    are_independent: bool,
}

impl Atoms {
    fn formula(&mut self, rule: &Rule) -> Formula {
        match rule {
            Rule::Authenticated => Formula::Constant(true),
            Rule::Leaf(leaf) => Formula::Atom(self.index(leaf)),
            Rule::Any(rules) => Formula::Any(rules.iter().map(|rule| self.formula(rule)).collect()),
            Rule::All(rules) => Formula::All(rules.iter().map(|rule| self.formula(rule)).collect()),
            Rule::Not(rule) => Formula::Not(Box::new(self.formula(rule))),
        }
    }

    fn index(&mut self, leaf: &Leaf) -> usize {
        let leaf = leaf.clone().without_hide();
        if let Some(index) = self.leaves.iter().position(|other| *other == leaf) {
            self.are_independent = false;
            return index;
        }
        let is_related =
            |other: &Leaf| excludes(other, &leaf) || implies(other, &leaf) || implies(&leaf, other);
        self.are_independent &= !self.leaves.iter().any(is_related);
        self.leaves.push(leaf);
        self.leaves.len().saturating_sub(1)
    }

    /// What else has a value when this atom has one.
    fn consequences(&self, atom: usize, value: bool) -> Vec<(usize, bool)> {
        let Some(leaf) = self.leaves.get(atom) else { return Vec::new() };
        let others = self.leaves.iter().enumerate().filter_map(|(index, other)| match value {
            _ if index == atom => Some((index, value)),
            true if excludes(leaf, other) => Some((index, false)),
            true if implies(leaf, other) => Some((index, true)),
            false if implies(other, leaf) => Some((index, false)),
            _ => None,
        });
        others.collect()
    }
}

/// Whether two different leaves never hold together.
fn excludes(left: &Leaf, right: &Leaf) -> bool {
    match (left, right) {
        (
            Leaf::Grant(Kind::Provider, Name::Literal(left)),
            Leaf::Grant(Kind::Provider, Name::Literal(right)),
        )
        | (Leaf::Grant(Kind::Acr, Name::Literal(left)), Leaf::Grant(Kind::Acr, Name::Literal(right))) => {
            left.value() != right.value()
        }
        (Leaf::Principal(left), Leaf::Principal(right)) => left != right,
        (Leaf::Claim(left, expected), Leaf::Claim(right, other)) => {
            let is_literal = |expected: &Expected| !matches!(expected, Expected::Path(_));
            claim_path(&left.value()).ok() == claim_path(&right.value()).ok()
                && is_literal(expected)
                && is_literal(other)
                && expected != other
        }
        _ => false,
    }
}

/// Whether the second holds wherever the first does: who logged in five minutes ago did so within ten.
fn implies(first: &Leaf, second: &Leaf) -> bool {
    matches!((first, second), (Leaf::MaxAge(shorter), Leaf::MaxAge(longer)) if shorter < longer)
}

/// Two members that already contradict each other: of `all(..)` as they are, of `any(..)` the other way round.
fn pair(rule: &Rule, holds: bool) -> Option<[String; 2]> {
    let members = match rule {
        Rule::All(members) if holds => members,
        Rule::Any(members) if !holds => members,
        _ => return None,
    };
    let literals: Vec<(&Leaf, bool, String)> = members
        .iter()
        .filter_map(|member| match member {
            Rule::Leaf(leaf) => Some((leaf, holds, leaf.to_string())),
            Rule::Not(inner) => match &**inner {
                Rule::Leaf(leaf) => Some((leaf, !holds, format!("not({leaf})"))),
                _ => None,
            },
            _ => None,
        })
        .collect();
    literals.iter().enumerate().find_map(|(index, (left, left_value, first))| {
        literals.iter().skip(index.saturating_add(1)).find_map(|(right, right_value, second)| {
            let contradict = match (left_value, right_value) {
                (true, true) => excludes(left, right),
                (true, false) => is_same(left, right) || implies(left, right),
                (false, true) => is_same(left, right) || implies(right, left),
                (false, false) => false,
            };
            contradict.then(|| [first.clone(), second.clone()])
        })
    })
}

fn is_same(left: &Leaf, right: &Leaf) -> bool {
    left.clone().without_hide() == right.clone().without_hide()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::random::{leaf, related_leaf, rule_of};

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]

        #[test]
        fn agrees_with_the_truth_table(rule in rule_of(related_leaf())) {
            prop_assert_eq!(Search::default().outcomes(&rule), Some(truth_table(&rule)));
        }

        #[test]
        fn ends(rule in rule_of(leaf())) {
            let _ = Search { steps: 10 }.contradiction(&rule);
        }
    }

    /// Tries every assignment that is possible.
    fn truth_table(rule: &Rule) -> [bool; 2] {
        let mut leaves: Vec<&Leaf> = Vec::new();
        for leaf in rule.leaves() {
            if !leaves.contains(&leaf) {
                leaves.push(leaf);
            }
        }
        let mut outcomes = [false, false];
        for bits in 0..1_u32 << leaves.len() {
            let holds =
                |leaf: &Leaf| bits >> leaves.iter().position(|other| *other == leaf).unwrap() & 1 == 1;
            let is_possible = leaves.iter().all(|left| {
                leaves.iter().all(|right| {
                    let is_broken = if holds(right) { excludes(left, right) } else { implies(left, right) };
                    left == right || !holds(left) || !is_broken
                })
            });
            if is_possible {
                outcomes[usize::from(!evaluate(rule, &holds))] = true;
            }
        }
        outcomes
    }

    fn evaluate(rule: &Rule, holds: &impl Fn(&Leaf) -> bool) -> bool {
        match rule {
            Rule::Authenticated => true,
            Rule::Leaf(leaf) => holds(leaf),
            Rule::Any(rules) => rules.iter().any(|rule| evaluate(rule, holds)),
            Rule::All(rules) => rules.iter().all(|rule| evaluate(rule, holds)),
            Rule::Not(rule) => !evaluate(rule, holds),
        }
    }

    #[test]
    fn a_long_rule_is_searched_in_no_time() {
        let leaf = |name: usize| {
            let name = syn::LitStr::new(&name.to_string(), proc_macro2::Span::call_site());
            Rule::Leaf(Leaf::Grant(Kind::Roles, Name::Literal(name)))
        };
        use crate::ast::Word;
        // Pigeons and holes: what such a search is worst at.
        let mut members = Vec::new();
        for pigeon in 0..8 {
            members
                .push(Rule::group(Word::Any, (0..7).map(|hole| leaf(pigeon * 7 + hole)).collect()).unwrap());
            for other in 0..pigeon {
                for hole in 0..7 {
                    let both = vec![leaf(pigeon * 7 + hole), leaf(other * 7 + hole)];
                    members.push(Rule::group(Word::All, both).unwrap().negated());
                }
            }
        }
        let rule = Rule::group(Word::All, members).unwrap();
        assert_eq!(Search::default().contradiction(&rule), None);
    }
}
