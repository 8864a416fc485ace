//! The evaluator against one that is too simple to be wrong: truth is a number, `any` the greatest and `all` the least.
#![expect(clippy::arithmetic_side_effects, reason = "a test fails by panicking")]

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::check::Check;
use super::denial::Denial;
use super::evidence::{Answers, Evidence, Token};
use super::grants::Grants;
use super::held::Held;
use super::named::Named;
use super::owner::OwnerRule;
use super::principal::{Principal, PrincipalOf};
use super::question::{Standing, can_become};
use super::rule::Rule;
use super::{CheckId, Expected};
use crate::claims::ClaimsText;
use crate::clock::StoppedClock;

const FALSE: u8 = 0;
const UNKNOWN: u8 = 1;
const TRUE: u8 = 2;

struct A;
struct B;
struct C;

impl Check for A {
    const NAME: &'static str = "a";
}

impl Check for B {
    const NAME: &'static str = "b";
}

impl Check for C {
    const NAME: &'static str = "c";
}

const CHECKS: [CheckId; 3] = [CheckId::of::<A>(), CheckId::of::<B>(), CheckId::of::<C>()];

/// SplitMix64: the same cases in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap()
    }

    fn truth(&mut self) -> u8 {
        [FALSE, UNKNOWN, TRUE][self.below(3)]
    }
}

const NOW: StoppedClock = StoppedClock(1_000_000);

/// A leaf of every kind, by its number in a world.
const LEAVES: usize = 15;

fn leaf(number: usize) -> Rule {
    match number {
        0 => Rule::scope("a"),
        1 => Rule::scope("b"),
        2 => Rule::role("a"),
        3 => Rule::permission("a"),
        4 => Rule::provider("staff"),
        5 => Rule::Principal(Principal::User),
        6 => Rule::acr("high"),
        7 => Rule::max_age(60),
        8 => Rule::claim("tier", Expected::Text("gold")),
        9 => Rule::claim("tenant", Expected::Path("tenant")),
        10..=12 => Rule::Check(CHECKS[number - 10]),
        13 => Rule::Owner(OwnerRule::new(0, "x", None, false)),
        _ => Rule::Owner(OwnerRule::new(1, "y", Some("email"), true)),
    }
}

fn random_rule(random: &mut Random, depth: usize) -> Rule {
    if depth == 0 {
        return match random.below(LEAVES + 1) {
            LEAVES => Rule::Authenticated,
            number => leaf(number),
        };
    }
    let group = |random: &mut Random| -> &'static [Rule] {
        let members = (0..random.below(4)).map(|_| random_rule(random, depth - 1)).collect::<Vec<_>>();
        Vec::leak(members)
    };
    match random.below(6) {
        0 | 1 => Rule::Any(group(random)),
        2 | 3 => Rule::All(group(random)),
        4 => Rule::Not(Box::leak(Box::new(random_rule(random, depth - 1)))),
        _ => Rule::Named(Box::leak(Box::new(Named::new("N", "", random_rule(random, depth - 1))))),
    }
}

/// What is the case, leaf by leaf.
struct World {
    truths: [u8; LEAVES],
    grants: Grants,
    providers: Arc<[Box<str>]>,
    claims: ClaimsText,
    principal: PrincipalOf,
    path: Vec<(Box<str>, Box<str>)>,
}

impl World {
    fn random(random: &mut Random) -> Self {
        let mut truths = [0; LEAVES];
        truths.iter_mut().for_each(|truth| *truth = random.truth());
        // Where no name is known to be absent, everything that is not held may be doubtful.
        let everything = truths[4] != TRUE;
        let held = |truths: &[(u8, &'static str)]| {
            let those =
                |wanted| truths.iter().filter(move |(truth, _)| *truth == wanted).map(|(_, name)| *name);
            let doubtful = if everything && truths.iter().all(|(truth, _)| *truth != FALSE) {
                Held::unreadable()
            } else {
                Held::doubtful_names(those(UNKNOWN))
            };
            Held::known(those(TRUE)).and(doubtful)
        };
        let choose = |truth: u8, yes: Value, no: Value, unreadable: Value| match truth {
            TRUE => yes,
            FALSE => no,
            _ => unreadable,
        };
        let mut members = Map::new();
        let mut insert = |name: &str, value: Value| drop(members.insert(name.to_owned(), value));
        match truths[5] {
            TRUE => insert("sub", json!("alice")),
            FALSE => {
                insert("sub", json!("app"));
                insert("azp", json!("app"));
            }
            _ => {}
        }
        insert("acr", choose(truths[6], json!("high"), json!("low"), json!(5)));
        insert("auth_time", choose(truths[7], json!(999_990), json!(9), json!("soon")));
        insert("tier", choose(truths[8], json!("gold"), json!("silver"), json!(["gold"])));
        insert("tenant", choose(truths[9], json!("acme"), json!("other"), json!(null)));
        let providers: &[&str] = if truths[4] == UNKNOWN { &["partners"] } else { &["staff", "partners"] };
        Self {
            grants: Grants {
                scopes: held(&[(truths[0], "a"), (truths[1], "b")]),
                roles: held(&[(truths[2], "a")]),
                permissions: held(&[(truths[3], "a")]),
            },
            truths,
            providers: providers.iter().map(|name| Box::from(*name)).collect(),
            claims: ClaimsText::of(&Value::Object(members)),
            principal: PrincipalOf::new(Principal::of),
            path: vec![("tenant".into(), "acme".into())],
        }
    }

    fn evidence<'a>(&'a self, answers: &'a Answers) -> Evidence<'a> {
        let token = Token {
            provider: if self.truths[4] == TRUE { "staff" } else { "partners" },
            providers: &self.providers,
            most: None,
            claims: &self.claims,
            principal: &self.principal,
            clock: &NOW,
            leeway: 0,
        };
        Evidence::new(&self.grants, token, &self.path, answers)
    }

    /// The rule, once everything is known that can be.
    fn naive(&self, rule: &Rule) -> u8 {
        let members = |rules: &[Rule]| rules.iter().map(|rule| self.naive(rule)).collect::<Vec<_>>();
        match rule {
            Rule::Authenticated => TRUE,
            Rule::Any(rules) => members(rules).into_iter().max().unwrap_or(UNKNOWN),
            Rule::All(rules) => members(rules).into_iter().min().unwrap_or(UNKNOWN),
            Rule::Not(rule) => 2 - self.naive(rule),
            Rule::Named(named) => self.naive(named.rule()),
            leaf_rule => self.truths[(0..LEAVES).find(|number| leaf(*number) == *leaf_rule).unwrap()],
        }
    }

    /// The decision as a request comes to it; how many checks it took.
    fn decision(&self, rule: &Rule) -> (bool, usize) {
        let answer = |number: usize| match self.truths[number] {
            UNKNOWN => None,
            truth => Some(truth == TRUE),
        };
        let mut answers = Answers::with_objects(2);
        let (mut asked, mut objects) = (0, 0);
        loop {
            match rule.standing(&self.evidence(&answers)) {
                Standing::Granted => return (true, asked),
                Standing::Denied => return (false, asked),
                Standing::Asks(check) => {
                    assert_eq!(objects, 0, "checks come before objects: {rule}");
                    asked += 1;
                    assert!(asked <= CHECKS.len(), "each is asked once: {rule}");
                    let number = CHECKS.iter().position(|other| *other == check).unwrap();
                    answers.answer_check(check, answer(10 + number));
                }
                Standing::AwaitsObject => {
                    assert!(objects < 2, "there are two objects: {rule}");
                    rule.for_each_owner(objects, &mut |owner| {
                        answers.answer_owner(owner, answer(13 + owner.object()));
                    });
                    answers.loaded(objects);
                    objects += 1;
                }
            }
        }
    }
}

/// A million by default in less than half a minute; `OAUTH2_GUARD_RULE_CASES` asks for more or fewer.
#[test]
fn decides_as_the_naive_evaluator_does() {
    let cases = std::env::var("OAUTH2_GUARD_RULE_CASES").map_or(1_000_000, |cases| cases.parse().unwrap());
    let mut random = Random(7);
    let (mut granted, mut with_checks) = (0, 0);
    for _ in 0..cases / 100 {
        let depth = random.below(4);
        let rule = random_rule(&mut random, depth);
        for _ in 0..100 {
            let world = World::random(&mut random);
            let (is_granted, asked) = world.decision(&rule);
            assert_eq!(is_granted, world.naive(&rule) == TRUE, "{rule} {:?}", world.truths);
            granted += usize::from(is_granted);
            with_checks += usize::from(asked > 0);
        }
    }
    assert!(granted > cases / 10 && granted < cases / 2, "{granted}");
    assert!(with_checks > cases / 10, "{with_checks}");
}

/// With answers it would have denied in any case, or granted in any case, a check is not asked.
#[test]
fn asks_no_check_that_cannot_change_the_decision() {
    let mut random = Random(11);
    let mut unasked = 0;
    for _ in 0..2_000 {
        let rule = random_rule(&mut random, 2);
        for _ in 0..20 {
            let world = World::random(&mut random);
            let mut open = World { truths: world.truths, ..World::random(&mut Random(1)) };
            // Every way in which the checks and the owners could come out.
            let outcomes = (0..3_u32.pow(5)).map(|way| {
                for place in 0..5_u32 {
                    open.truths[10 + place as usize] = u8::try_from(way / 3_u32.pow(place) % 3).unwrap();
                }
                open.naive(&rule) == TRUE
            });
            let mut outcomes = outcomes.collect::<Vec<_>>();
            outcomes.dedup();
            if outcomes.len() == 1 {
                assert_eq!(world.decision(&rule).1, 0, "{rule} {:?}", world.truths);
                unasked += 1;
            }
        }
    }
    assert!(unasked > 1_000, "{unasked}");
}

/// A guard asks nothing further then, not even where on the route it stands.
#[test]
fn what_the_token_makes_true_by_itself_nothing_beside_it_makes_false() {
    let mut random = Random(17);
    let (mut by_token, mut by_more) = (0, 0);
    for _ in 0..200_000 {
        let depth = random.below(4);
        let rule = random_rule(&mut random, depth);
        let world = World::random(&mut random);
        let is_true = rule.is_true(&Evidence { path: &[], ..world.evidence(Answers::none()) });
        let is_granted = world.naive(&rule) == TRUE;
        assert!(is_granted || !is_true, "{rule} {:?}", world.truths);
        by_token += usize::from(is_true);
        by_more += usize::from(is_granted && !is_true);
    }
    assert!(by_token > 1_000 && by_more > 1_000, "{by_token} {by_more}");
}

/// Whatever the rule forbids: with all the scopes that a denial names the same token would do, or could.
#[test]
fn names_no_scopes_that_would_not_help() {
    let mut random = Random(13);
    let mut named = 0;
    for _ in 0..100_000 {
        let depth = random.below(4);
        let rule = random_rule(&mut random, depth);
        let mut world = World::random(&mut random);
        let answers = Answers::with_objects(2);
        let denial = Denial::new(&rule, &world.evidence(&answers));
        if denial.scopes().is_empty() || denial.asks_for_log_in() {
            continue;
        }
        named += 1;
        let more = Held::known(denial.scopes().iter().copied());
        world.grants.scopes = world.grants.scopes.clone().and(more);
        assert!(can_become(&rule, true, &world.evidence(&answers)), "{rule} {:?}", world.truths);
    }
    assert!(named > 1_000, "{named}");
}
