//! Claims sets at random, in any spelling, against a reading of `serde_json`'s tree that is too simple to be wrong.

use std::collections::HashSet;
use std::fmt::{self, Write};

use oauth2_guard::policy::{Grants, Principal, Rule};
use oauth2_guard::{InvalidToken, OAuth2Claims};
use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::{VALID, World};

type Tree = Map<String, Value>;

struct Random(u64);

impl Random {
    /// SplitMix64.
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    fn one_in(&mut self, bound: usize) -> bool {
        self.below(bound) == 0
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }
}

const NAMES: [&str; 27] = [
    "sub",
    "jti",
    "client_id",
    "azp",
    "cid",
    "appid",
    "oid",
    "idtyp",
    "gty",
    "scope",
    "scp",
    "roles",
    "groups",
    "permissions",
    "realm_access",
    "hasgroups",
    "_claim_names",
    "preferred_username",
    "clientAddress",
    "tier",
    "value",
    "a/b",
    "~",
    "",
    "a\\b",
    "q\"x",
    "\u{e9}\u{1f600}",
];

const TEXTS: [&str; 17] = [
    "x",
    "app",
    "APP",
    "app@clients",
    "service-account-app",
    "client-credentials",
    "",
    " ",
    "read",
    "read write",
    " read  b ",
    "a\tb",
    "gold",
    "admin",
    "\u{e9}",
    "q\"\\\u{8}\n",
    "\u{1f600}\0",
];

const NUMBERS: [&str; 14] = [
    "0",
    "-0",
    "7",
    "-7",
    "1.5",
    "10.0",
    "1e3",
    "1E-7",
    "18446744073709551615",
    "18446744073709551616",
    "-9223372036854775808",
    "-9223372036854775809",
    "123456789012345678901234567890.5",
    "0.1",
];

/// The text of a value; `depth` levels of others in it at the most.
fn write_value(random: &mut Random, depth: usize, text: &mut String) {
    match random.below(if depth == 0 { 6 } else { 9 }) {
        0 => text.push_str(random.of(&["null", "true", "false"])),
        1 => text.push_str(random.of(&NUMBERS)),
        2..6 => {
            let said = random.of(&TEXTS);
            write_string(random, said, text);
        }
        6 | 7 => {
            text.push('[');
            for index in 0..random.below(4) {
                write_space(random, if index > 0 { "," } else { "" }, text);
                write_value(random, depth - 1, text);
            }
            write_space(random, "]", text);
        }
        _ => {
            text.push('{');
            let count = random.below(4);
            write_members(random, count, depth - 1, "", text);
            text.push('}');
        }
    }
}

/// Members with distinct names, each after what is to come before it.
fn write_members(random: &mut Random, count: usize, depth: usize, before: &str, text: &mut String) {
    let mut left = NAMES.to_vec();
    for index in 0..count {
        let name = left.swap_remove(random.below(left.len()));
        write_space(random, if index > 0 { "," } else { before }, text);
        write_string(random, name, text);
        write_space(random, ":", text);
        write_value(random, depth, text);
    }
    write_space(random, "", text);
}

fn write_space(random: &mut Random, around: &str, text: &mut String) {
    const SPACES: [&str; 4] = [" ", "\n", "\t\r", "  "];
    if random.one_in(8) {
        text.push_str(random.of(&SPACES));
    }
    text.push_str(around);
    if random.one_in(8) {
        text.push_str(random.of(&SPACES));
    }
}

/// As it is, or escaped here and there.
fn write_string(random: &mut Random, said: &str, text: &mut String) {
    let escapes = random.one_in(3);
    text.push('"');
    for character in said.chars() {
        match character {
            _ if escapes && random.one_in(2) => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    write!(text, "\\u{unit:04x}").unwrap();
                }
            }
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '/' if escapes => text.push_str("\\/"),
            '\n' => text.push_str("\\n"),
            '\t' => text.push_str("\\t"),
            '\u{8}' => text.push_str("\\b"),
            '\0'..' ' => write!(text, "\\u{:04X}", u32::from(character)).unwrap(),
            _ => text.push(character),
        }
    }
    text.push('"');
}

/// What a reference leads to.
#[derive(Clone, Copy, Debug)]
enum Found<'a> {
    Absent,
    Unreadable,
    Value(&'a Value),
}

fn find<'a>(path: &[&str], tree: &'a Tree) -> Found<'a> {
    let (first, rest) = path.split_first().unwrap();
    let Some(mut value) = tree.get(*first) else {
        let names = tree.get("_claim_names");
        let is_elsewhere = names.is_some_and(|names| !names.is_object() || names.get(*first).is_some());
        let is_elsewhere = is_elsewhere || (*first == "groups" && tree.contains_key("hasgroups"));
        return if is_elsewhere { Found::Unreadable } else { Found::Absent };
    };
    for name in rest {
        let Some(members) = value.as_object() else { return Found::Unreadable };
        let Some(inner) = members.get(*name) else { return is_elsewhere(first, tree) };
        value = inner;
    }
    Found::Value(value)
}

fn is_elsewhere<'a>(first: &str, tree: &Tree) -> Found<'a> {
    let names = tree.get("_claim_names");
    match names.is_some_and(|names| !names.is_object() || names.get(first).is_some()) {
        true => Found::Unreadable,
        false if first == "groups" && tree.contains_key("hasgroups") => Found::Unreadable,
        false => Found::Absent,
    }
}

/// The names that are held; `None` where nothing is known of them.
fn held(references: &[&[&str]], tree: &Tree, is_scope: bool) -> Option<Vec<String>> {
    for path in references {
        let names = match find(path, tree) {
            Found::Absent => continue,
            Found::Unreadable => return None,
            Found::Value(Value::String(text)) if is_scope => text.split(' ').map(str::to_owned).collect(),
            Found::Value(Value::String(text)) => vec![text.clone()],
            Found::Value(Value::Array(elements)) => {
                let name = |element: &Value| match element {
                    Value::String(name) => Some(name.clone()),
                    Value::Object(members) if !is_scope => Some(members.get("value")?.as_str()?.to_owned()),
                    _ => None,
                };
                elements.iter().map(name).collect::<Option<Vec<_>>>()?
            }
            Found::Value(_) => return None,
        };
        if is_scope
            && matches!(find(path, tree), Found::Value(Value::Array(_)))
            && names.iter().any(String::is_empty)
        {
            return None;
        }
        let names: Vec<_> = names.into_iter().filter(|name| !name.is_empty()).collect();
        let is_token =
            |name: &String| name.bytes().all(|byte| matches!(byte, b'!' | b'#'..=b'[' | b']'..=b'~'));
        if is_scope && !names.iter().all(is_token) {
            return None;
        }
        if !names.is_empty() {
            return Some(names);
        }
    }
    Some(Vec::new())
}

fn principal(tree: &Tree) -> Option<Principal> {
    let found = |name: &str| find(&[name], tree);
    let text = |name: &str| match found(name) {
        Found::Value(Value::String(text)) => Some(text.as_str()),
        _ => None,
    };
    let is_unreadable = |name: &&str| match found(name) {
        Found::Absent | Found::Value(Value::Null | Value::String(_)) => false,
        Found::Value(Value::Array(_)) if *name == "gty" => false,
        Found::Value(_) | Found::Unreadable => true,
    };
    let subject = text("sub").filter(|subject| !subject.is_empty())?;
    let grants = match tree.get("gty") {
        Some(Value::Array(grants)) => grants.iter().filter_map(Value::as_str).collect(),
        _ => Vec::from_iter(text("gty")),
    };
    let account = text("preferred_username").and_then(|name| name.strip_prefix("service-account-"));
    let is_account =
        text("client_id").zip(account).is_some_and(|(client, name)| name.eq_ignore_ascii_case(client));
    if ["client_id", "azp", "cid", "appid", "oid"].iter().any(|name| text(name) == Some(subject))
        || text("idtyp") == Some("app")
        || grants.contains(&"client-credentials")
        || (is_account && text("clientAddress").is_some())
    {
        return Some(Principal::Client);
    }
    let asked = ["client_id", "azp", "cid", "appid", "idtyp", "oid", "gty", "preferred_username"];
    let may_be_client = subject.ends_with("@clients") || account.is_some();
    // Of the address is asked where it would decide.
    let asks_for_address = is_account && is_unreadable(&"clientAddress");
    (!may_be_client && !asked.iter().any(is_unreadable) && !asks_for_address).then_some(Principal::User)
}

/// What is known of a name: held, not held, or nothing.
fn truth(grants: &Grants, rule: &Rule, not: &Rule) -> Option<bool> {
    match (rule.evaluate(grants).is_ok(), not.evaluate(grants).is_ok()) {
        (true, false) => Some(true),
        (false, true) => Some(false),
        (is_held, _) => {
            assert!(!is_held);
            None
        }
    }
}

fn expect_grants(claims: &OAuth2Claims, tree: &Tree, text: &str) {
    const NAMES: [&str; 8] = ["read", "write", "b", "x", "admin", "app", "gold", "read write"];
    let [scopes, roles, permissions] = [
        held(&[&["scope"], &["scp"]], tree, true),
        held(&[&["roles"], &["realm_access", "roles"], &["groups"]], tree, false),
        held(&[&["permissions"]], tree, false),
    ];
    let sorted = |held: &Option<Vec<String>>| {
        let mut names = held.clone().unwrap_or_default();
        names.sort();
        names.dedup();
        names
    };
    let grants = claims.grants();
    assert_eq!(grants.scopes().collect::<Vec<_>>(), sorted(&scopes), "{text}");
    assert_eq!(grants.roles().collect::<Vec<_>>(), sorted(&roles), "{text}");
    assert_eq!(grants.permissions().collect::<Vec<_>>(), sorted(&permissions), "{text}");
    for name in NAMES {
        let expected =
            |held: &Option<Vec<String>>| held.as_ref().map(|held| held.iter().any(|held| held == name));
        let rules = [
            (!name.contains(' ')).then(|| (Rule::scope(name), expected(&scopes))),
            Some((Rule::role(name), expected(&roles))),
            Some((Rule::permission(name), expected(&permissions))),
        ];
        for (rule, expected) in rules.into_iter().flatten() {
            let rule: &'static Rule = Box::leak(Box::new(rule));
            assert_eq!(truth(grants, rule, &Rule::Not(rule)), expected, "{rule} {text}");
        }
    }
}

#[derive(Deserialize)]
struct Some5 {
    sub: Option<Value>,
    roles: Option<Value>,
    tier: Option<Value>,
    #[serde(rename = "a/b")]
    slash: Option<Value>,
    #[serde(rename = "q\"x", default)]
    quoted: Option<Value>,
}

fn expect_claims(claims: &OAuth2Claims, tree: &Tree, text: &str) {
    assert_eq!(claims.members(), *tree, "{text}");
    assert_eq!(claims.deserialize::<Tree>().unwrap(), *tree, "{text}");
    let Some5 { sub, roles, tier, slash, quoted } = claims.deserialize().unwrap();
    for (name, field) in [("sub", sub), ("roles", roles), ("tier", tier), ("a/b", slash), ("q\"x", quoted)] {
        assert_eq!(field.as_ref(), tree.get(name).filter(|value| !value.is_null()), "{name} {text}");
    }
    let pointer = |names: &[&str]| {
        names
            .iter()
            .map(|name| format!("/{}", name.replace('~', "~0").replace('/', "~1")))
            .collect::<String>()
    };
    for one in NAMES {
        let found = |path: &[&str]| match find(path, tree) {
            Found::Value(value) => Some(value.clone()),
            Found::Absent | Found::Unreadable => None,
        };
        if !one.is_empty() && one != "a/b" {
            assert_eq!(claims.claim(one), found(&[one]), "{one} {text}");
            assert_eq!(claims.claim(&pointer(&[one])), found(&[one]), "{one} {text}");
        }
        for other in NAMES {
            let path = [one, other];
            assert_eq!(claims.claim(&pointer(&path)), found(&path), "{path:?} {text}");
        }
    }
    let text_of = |name: &str| tree.get(name).and_then(Value::as_str);
    assert_eq!(claims.subject(), text_of("sub"), "{text}");
    assert_eq!(claims.principal(), principal(tree), "{text}");
    assert_eq!(claims.principal(), principal(tree), "the second time: {text}");
}

#[test]
fn whatever_a_claims_set_is_it_says_what_a_tree_of_it_says() {
    let world = World::new();
    let mut random = Random(24);
    let (mut refused, mut held, mut unknown) = (0, 0, 0);
    for _ in 0..4_000 {
        let mut text = format!("{{{VALID}");
        let count = if random.one_in(4) { NAMES.len() } else { random.below(14) };
        write_members(&mut random, count, 3, ",", &mut text);
        text.push('}');
        let tree: Tree = serde_json::from_str(&text).unwrap();
        let is_text = |name: &&str| {
            tree.get(*name).is_none_or(|value| value.as_str().is_some_and(|text| !text.is_empty()))
        };
        let mistyped = ["sub", "jti", "client_id"].into_iter().find(|name| !is_text(name));
        let claims = match (world.verify(&text), mistyped) {
            (Ok(claims), None) => claims,
            (Err(reason), Some(name)) => {
                assert_eq!(reason, InvalidToken::MistypedClaim(name), "{text}");
                refused += 1;
                continue;
            }
            (verified, _) => panic!("{:?} {mistyped:?} {text}", verified.map(drop)),
        };
        expect_claims(&claims, &tree, &text);
        expect_grants(&claims, &tree, &text);
        held += usize::from(claims.grants().roles().count() > 0);
        unknown += usize::from(claims.principal().is_none());
    }
    assert!(refused > 500 && held > 200 && unknown > 500, "{refused} {held} {unknown}");
}

/// Whether it is an object without duplicate members, for `serde_json`.
fn is_strict_object(text: &str) -> bool {
    struct Strict;

    impl<'de> Deserialize<'de> for Strict {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            deserializer.deserialize_any(Self)
        }
    }

    impl<'de> Visitor<'de> for Strict {
        type Value = Self;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("JSON")
        }

        fn visit_unit<E>(self) -> Result<Self, E> {
            Ok(self)
        }

        fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
            Ok(self)
        }

        fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
            Ok(self)
        }

        fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
            Ok(self)
        }

        fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
            Ok(self)
        }

        fn visit_str<E>(self, _: &str) -> Result<Self, E> {
            Ok(self)
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Self, A::Error> {
            while elements.next_element::<Self>()?.is_some() {}
            Ok(self)
        }

        fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self, A::Error> {
            let mut names = HashSet::new();
            while let Some((name, Self)) = members.next_entry::<String, Self>()? {
                if !names.insert(name) {
                    return Err(A::Error::custom("duplicate member"));
                }
            }
            Ok(self)
        }
    }

    serde_json::from_str::<Strict>(text).is_ok() && serde_json::from_str::<Tree>(text).is_ok()
}

/// Whatever one character is replaced by, or taken away, the text is accepted if it is one object for a reader that builds it.
#[test]
fn a_changed_claims_set_is_accepted_as_a_strict_tree_is() {
    let world = World::new();
    let mut random = Random(7);
    let (mut accepted, mut refused) = (0, 0);
    for _ in 0..3_000 {
        let mut text = format!("{{{VALID}");
        write_members(&mut random, 3, 2, ",", &mut text);
        text.push('}');
        let (begin, end) = (VALID.len() + 1, text.len());
        let places: Vec<_> =
            text.char_indices().map(|(at, _)| at).filter(|at| (begin..end).contains(at)).collect();
        let at = random.of(&places);
        let behind = text[at..].chars().next().map_or(at, |character| at + character.len_utf8());
        let by = random.of(&[
            "", "\"", "\\", "{", "}", "[", "]", ",", ":", " ", "0", "-", "e", ".", "u", "\n", "\u{1}",
            "\u{e9}",
        ]);
        text.replace_range(at..behind, by);
        let is_accepted = match world.verify(&text) {
            Err(InvalidToken::Malformed) => false,
            Ok(_) | Err(_) => true,
        };
        assert_eq!(is_accepted, is_strict_object(&text), "{text}");
        accepted += usize::from(is_accepted);
        refused += usize::from(!is_accepted);
    }
    assert!(accepted > 300 && refused > 1_000, "{accepted} {refused}");
}
