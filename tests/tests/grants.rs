//! What tokens grant, tried on every JSON type in every place, and on every small rule within every small bound.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::indexing_slicing)]

use std::collections::BTreeSet;

use oauth2_guard::policy::{Grants, Rule};
use oauth2_guard::testing::{SigningKey, TokenBuilder};
use oauth2_guard::{Algorithm, Provider, ResourceServer, ResourceServerBuilder, Role};
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};

const ISSUER: &str = "https://login.example.com";

struct World {
    key: std::sync::Arc<SigningKey>,
    runtime: Runtime,
}

impl World {
    fn new() -> Self {
        let runtime = Builder::new_current_thread().build().unwrap();
        Self { key: SigningKey::generate(Algorithm::EdDSA, "1").into(), runtime }
    }

    fn server(
        &self,
        provider: impl FnOnce(Provider) -> Provider,
        settings: impl FnOnce(ResourceServerBuilder) -> ResourceServerBuilder,
    ) -> ResourceServer {
        let jwks = json!({"keys": [self.key.jwk()]}).to_string();
        let provider = provider(Provider::with_jwks(ISSUER, jwks).audience("api"));
        self.runtime.block_on(settings(ResourceServer::builder().provider(provider)).build()).unwrap()
    }

    fn token(&self, claims: &Value) -> String {
        let bare = TokenBuilder::new(ISSUER, "api", self.key.clone()).without("scope");
        let claims = claims.as_object().unwrap();
        claims.iter().fold(bare, |token, (name, value)| token.claim(name, value.clone())).build()
    }

    fn grants(&self, server: &ResourceServer, token: &str) -> Grants {
        self.runtime.block_on(server.verify(token)).unwrap().grants().clone()
    }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kind {
    Scopes,
    Roles,
    Permissions,
}

const KINDS: [Kind; 3] = [Kind::Scopes, Kind::Roles, Kind::Permissions];

impl Kind {
    fn rule(self, name: &'static str) -> Rule {
        match self {
            Self::Scopes => Rule::scope(name),
            Self::Roles => Rule::role(name),
            Self::Permissions => Rule::permission(name),
        }
    }

    fn first(self, provider: Provider, claims: [&str; 2]) -> Provider {
        match self {
            Self::Scopes => provider.scope_claims(claims),
            Self::Roles => provider.role_claims(claims),
            Self::Permissions => provider.permission_claims(claims),
        }
    }

    fn merged(self, provider: Provider, claims: [&str; 2]) -> Provider {
        match self {
            Self::Scopes => provider.merged_scope_claims(claims),
            Self::Roles => provider.merged_role_claims(claims),
            Self::Permissions => provider.merged_permission_claims(claims),
        }
    }
}

/// Whether `grants` hold this name: what the rule says, and its opposite.
fn standing(grants: &Grants, rule: Rule) -> Option<bool> {
    let is_met = |rule: Rule| rule.evaluate(grants).is_ok();
    let not = Rule::Not(Box::leak(Box::new(rule)));
    match (is_met(rule), is_met(not)) {
        (false, false) => None,
        (holds, opposite) => {
            assert_ne!(holds, opposite, "{rule}");
            Some(holds)
        }
    }
}

/// One of each JSON type, and what is like the name `a` without being it.
fn not_names() -> Vec<Value> {
    vec![
        json!(null),
        json!(true),
        json!(false),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(u64::MAX),
        json!([]),
        json!(["a"]),
        json!([["a"]]),
        json!({}),
        json!({"a": true}),
        json!({"value": "a"}),
        json!({"name": "a"}),
        json!({"value": 5}),
    ]
}

/// What a claim says.
type Said = (Value, Option<BTreeSet<&'static str>>);

/// Every place in a claim with every type in it. `None` is what cannot be read.
fn claims(kind: Kind) -> Vec<Said> {
    let known = |value: Value, names: &[&'static str]| (value, Some(names.iter().copied().collect()));
    let unreadable = |value: Value| (value, None);
    let is_scopes = kind == Kind::Scopes;
    let mut claims = vec![
        known(json!("a"), &["a"]),
        known(json!(""), &[]),
        known(json!("b a"), if is_scopes { &["a", "b"] } else { &["b a"] }),
        known(json!([]), &[]),
        known(json!(["a"]), &["a"]),
        known(json!(["b", "a", "a"]), &["a", "b"]),
        known(json!(["A", "aa", "a."]), &["A", "aa", "a."]),
    ];
    // Elements of arrays that are no scope tokens, and names nonetheless.
    for (value, names) in
        [(json!(["a", ""]), &["a"][..]), (json!(["b a"]), &["b a"]), (json!(["a", " a"]), &["a", " a"])]
    {
        claims.push(if is_scopes { unreadable(value) } else { known(value, names) });
    }
    let objects = [
        (json!([{"value": "a"}]), &["a"][..]),
        (json!([{"value": "a", "type": "x", "a": 5}, "b"]), &["a", "b"]),
        (json!([{"value": ""}]), &[]),
    ];
    for (value, names) in objects {
        claims.push(if is_scopes { unreadable(value) } else { known(value, names) });
    }
    for odd in not_names() {
        // An array by itself is a list, and an object with a name is an element, save among scopes.
        if !odd.is_array() {
            claims.push(unreadable(odd.clone()));
        }
        let is_element = !is_scopes && odd == json!({"value": "a"});
        for list in [json!([odd]), json!(["a", odd]), json!([odd, "a"]), json!(["b", "a", odd, "c"])] {
            match is_element {
                true if list.as_array().unwrap().len() == 4 => claims.push(known(list, &["a", "b", "c"])),
                true => claims.push(known(list, &["a"])),
                false => claims.push(unreadable(list)),
            }
        }
        claims.push(unreadable(json!([{"value": odd}])));
        claims.push(unreadable(json!(["a", {"value": odd}])));
        claims.push(unreadable(json!({"value": odd})));
        claims.push(unreadable(json!({"a": odd})));
        claims.push(unreadable(json!([[odd]])));
    }
    claims
}

#[test]
fn nothing_but_a_name_in_its_place_is_held_and_what_cannot_be_read_is_unknown() {
    let world = World::new();
    let names = ["a", "b", "c", "A", "aa", "a.", "z"];
    let (mut held, mut unknown) = (0, 0);
    for kind in KINDS {
        let first = world.server(|provider| kind.first(provider, ["one", "/two/names"]), |builder| builder);
        let merged = world.server(|provider| kind.merged(provider, ["one", "/two/names"]), |builder| builder);
        for (value, said) in claims(kind) {
            // In the first place and in the second, with a list that can be read in the other.
            let places = [
                json!({"one": value, "two": {"names": ["c"]}}),
                json!({"two": {"names": value}, "one": ["c"]}),
            ];
            for (place, claims) in places.into_iter().enumerate() {
                let token = world.token(&claims);
                let [of_first, of_merged] = [&first, &merged].map(|server| world.grants(server, &token));
                for name in names {
                    let is_said = said.as_ref().map(|said| said.contains(name));
                    let is_empty = said.as_ref().is_some_and(BTreeSet::is_empty);
                    let expected = match place {
                        0 if is_empty => Some(name == "c"),
                        0 => is_said,
                        _ => Some(name == "c"),
                    };
                    let context = format!("{kind:?} {name} {claims}");
                    assert_eq!(standing(&of_first, kind.rule(name)), expected, "first: {context}");
                    let expected = if name == "c" { Some(true) } else { is_said };
                    assert_eq!(standing(&of_merged, kind.rule(name)), expected, "merged: {context}");
                    held += usize::from(expected == Some(true));
                    unknown += usize::from(expected.is_none());
                }
                // It is of no account for the other kinds.
                for other in KINDS.into_iter().filter(|other| *other != kind) {
                    assert_eq!(standing(&of_merged, other.rule("a")), Some(false), "{kind:?} {claims}");
                }
            }
        }
    }
    assert!(held > 500 && unknown > 3_000, "{held} {unknown}");
}

/// Every rule of two leaves at the most, and the opposite of each part and of the whole.
fn rules() -> Vec<Rule> {
    let leaf = |kind: Kind| ["a", "b"].map(|name| kind.rule(name));
    let not = |rule: &Rule| Rule::Not(Box::leak(Box::new(*rule)));
    let leaves: Vec<Rule> = KINDS.into_iter().flat_map(leaf).flat_map(|leaf| [leaf, not(&leaf)]).collect();
    let mut rules = leaves.clone();
    for (number, one) in leaves.iter().enumerate() {
        for other in &leaves[..number] {
            let pair: &'static [Rule] = Vec::leak(vec![*one, *other]);
            rules.extend([Rule::Any(pair), Rule::All(pair)]);
            rules.extend([not(&Rule::Any(pair)), not(&Rule::All(pair))]);
        }
    }
    rules
}

/// Tokens with every combination of these.
fn tokens(world: &World) -> Vec<String> {
    let lists = |odd: Value| [json!([]), json!(["a"]), json!(["b"]), json!(["a", "b"]), odd];
    let mut tokens = Vec::new();
    for scope in lists(json!(["a", "b b"])) {
        for roles in lists(json!([{"value": "b"}, 5])) {
            for permissions in lists(json!({"a": true})) {
                // The other roles are merged with these.
                for groups in [json!(["b"]), json!(null), json!([])] {
                    tokens.push(world.token(
                        &json!({"scope": scope, "roles": roles, "permissions": permissions, "groups": groups}),
                    ));
                }
            }
        }
    }
    tokens
}

#[test]
fn a_bound_makes_no_rule_true_that_was_not_true_without_it() {
    let world = World::new();
    let (rules, tokens) = (rules(), tokens(&world));
    let hierarchies: [fn(ResourceServerBuilder) -> ResourceServerBuilder; 3] = [
        |builder| builder,
        |builder| builder.role(Role::new("a").implies("b")).role(Role::new("b").permits("a")),
        |builder| builder.role(Role::new("b").implies("a").permits("b")),
    ];
    let (mut kept, mut lost) = (0, 0);
    for hierarchy in hierarchies {
        let merged = |provider: Provider| provider.merged_role_claims(["roles", "groups"]);
        let free = world.server(merged, hierarchy);
        let of_free: Vec<Vec<bool>> = tokens
            .iter()
            .map(|token| {
                let grants = world.grants(&free, token);
                rules.iter().map(|rule| rule.evaluate(&grants).is_ok()).collect()
            })
            .collect();
        for bound in [
            Grants::default(),
            Grants::new(["a"], ["a"], ["a"]),
            Grants::new(["a", "b"], ["b"], []),
            Grants::new([], ["a", "b"], ["b"]),
            Grants::new(["b"], [], ["a", "b"]),
            Grants::new(["a", "b", "c"], ["a", "b"], ["b", "a"]),
        ] {
            let is_no_bound = bound == Grants::new(["a", "b", "c"], ["a", "b"], ["b", "a"]);
            let bounded = world.server(|provider| merged(provider).may_grant(bound), hierarchy);
            for (token, of_free) in tokens.iter().zip(&of_free) {
                let grants = world.grants(&bounded, token);
                for (rule, was_true) in rules.iter().zip(of_free) {
                    let is_true = rule.evaluate(&grants).is_ok();
                    assert!(*was_true || !is_true, "{rule}");
                    assert!(is_true == *was_true || !is_no_bound, "{rule}");
                    kept += usize::from(is_true);
                    lost += usize::from(*was_true && !is_true);
                }
            }
        }
    }
    assert!(kept > 100_000 && lost > 100_000, "{kept} {lost}");
}
