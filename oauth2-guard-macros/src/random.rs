//! Random models, for properties that hold of all of them.

use proc_macro2::Span;
use proptest::prelude::*;
use syn::LitStr;

use crate::ast::Word;
use crate::model::{Expected, Kind, Leaf, Name, Owner, Principal, Rule};

/// Groups of such leaves.
pub(crate) fn rule_of(leaf: impl Strategy<Value = Leaf> + 'static) -> impl Strategy<Value = Rule> {
    leaf.prop_map(Rule::Leaf).prop_recursive(5, 24, 5, |member| {
        let members = prop::collection::vec(member, 1..5);
        (members, prop::sample::select(vec![Word::Any, Word::All, Word::Not])).prop_map(|(members, word)| {
            let word_of_several = if word == Word::Not { Word::All } else { word };
            let rule = Rule::group(word_of_several, members).unwrap();
            if word == Word::Not { rule.negated() } else { rule }
        })
    })
}

/// Any leaf that can be written.
pub(crate) fn leaf() -> impl Strategy<Value = Leaf> {
    let token = || "[!#-\\[\\]-~]{1,4}";
    let text = || "\\PC{1,4}|[\"\\\\\n\t\0a]{1,3}";
    let claim = || {
        prop::sample::select(vec!["sub", "/a/b", "https://example.com/roles", "/a.b", "/~0/~1", "a b", "\""])
    };
    let grant = prop_oneof![
        (prop::sample::select(vec![Kind::Scopes, Kind::Acr]), token()),
        (prop::sample::select(vec![Kind::Roles, Kind::Permissions, Kind::Provider]), text()),
    ];
    let expected = prop_oneof![
        any::<bool>().prop_map(Expected::Boolean),
        any::<i64>().prop_map(Expected::Integer),
        "[a-z_]{1,4}".prop_map(|name| Expected::Path(literal(&name))),
        // What looks like a parameter of a route is a mistake.
        "([^{\\pC]\\PC{0,3})?".prop_map(|text| Expected::Text(literal(&text))),
    ];
    prop_oneof![
        4 => grant.prop_map(|(kind, name)| Leaf::Grant(kind, Name::Literal(literal(&name)))),
        1 => prop::sample::select(Principal::ALL.to_vec()).prop_map(Leaf::Principal),
        1 => (1..=315_360_000_u64).prop_map(Leaf::MaxAge),
        1 => prop::sample::select(vec![1, 60, 90, 3_600, 86_400, 172_800]).prop_map(Leaf::MaxAge),
        2 => (claim(), expected).prop_map(|(reference, expected)| Leaf::Claim(literal(reference), expected)),
        // Whether it hides goes by the name: one object is not asked about in two ways.
        2 => ("[a-zä_][a-z0-9]{1,3}", prop::option::of(claim())).prop_map(|(parameter, claim)| {
            let hide = parameter.len() > 3;
            let parameter = syn::parse_str(&parameter).unwrap_or_else(|_| proc_macro2::Ident::new_raw(&parameter, Span::call_site()));
            Leaf::Owner(Owner { parameter, claim: claim.map(literal), hide })
        }),
        1 => prop::sample::select(CHECKS.to_vec())
            .prop_map(|name| Leaf::Check(syn::parse_str(name).unwrap())),
        1 => prop::sample::select(POLICIES.to_vec())
            .prop_map(|name| Leaf::Policy(syn::parse_str(name).unwrap())),
    ]
}

/// Few leaves, most of which have to do with others.
pub(crate) fn related_leaf() -> impl Strategy<Value = Leaf> {
    let grant = |kind, name| Leaf::Grant(kind, Name::Literal(literal(name)));
    let claim = |reference, value| Leaf::Claim(literal(reference), Expected::Integer(value));
    prop::sample::select(vec![
        grant(Kind::Roles, "a"),
        grant(Kind::Roles, "b"),
        grant(Kind::Provider, "a"),
        grant(Kind::Provider, "b"),
        grant(Kind::Acr, "a"),
        grant(Kind::Acr, "b"),
        claim("c", 1),
        claim("/c", 2),
        Leaf::Principal(Principal::User),
        Leaf::Principal(Principal::Client),
        Leaf::MaxAge(60),
        Leaf::MaxAge(120),
        Leaf::MaxAge(180),
    ])
}

pub(crate) const CHECKS: [&str; 3] = ["is_open", "may_edit", "may_read"];
pub(crate) const POLICIES: [&str; 3] = ["Admin", "Editor", "X"];

fn literal(text: &str) -> LitStr {
    LitStr::new(text, Span::call_site())
}
