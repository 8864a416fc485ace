//! From the claims of a provider to scopes, roles and permissions, and to a subject.

use std::borrow::Cow;

use crate::claim_ref::{ClaimRef, Found};
use crate::claims::ClaimsText;
use crate::json::JsonText;
use crate::policy::{Grants, Held, is_of_scope_token, is_scope_token};

/// The claims that hold what a token grants: of each list the first that is there and not empty, of all lists the union.
/// And the one that holds its subject.
#[derive(Debug, Default)]
pub(crate) struct ClaimMapping {
    pub(super) scopes: Vec<Vec<ClaimRef<String>>>,
    pub(super) roles: Vec<Vec<ClaimRef<String>>>,
    pub(super) permissions: Vec<Vec<ClaimRef<String>>>,
    /// What the provider may grant; anything where there is none.
    pub(crate) most: Option<Grants>,
    /// The claim that must hold the subject; `sub`, which may be missing, where there is none.
    pub(super) subject: Option<ClaimRef<String>>,
}

const SUB: ClaimRef<&str> = ClaimRef::constant("sub");

/// So many names there is place for to begin with.
const USUAL: usize = 16;

type Read = for<'a> fn(JsonText<'a>, &mut Vec<Cow<'a, str>>) -> Option<()>;

impl ClaimMapping {
    pub(crate) fn subject_claim(&self) -> ClaimRef<&str> {
        self.subject.as_ref().map_or(SUB, ClaimRef::borrowed)
    }

    pub(crate) fn subject<'a>(&self, claims: &'a ClaimsText) -> Option<Cow<'a, str>> {
        match self.subject_claim().find(claims) {
            Found::Value(value) => value.as_str().filter(|subject| !subject.is_empty()),
            Found::Absent | Found::Unreadable => None,
        }
    }

    pub(crate) fn asks_for_subject(&self) -> bool {
        self.subject.is_some()
    }

    pub(crate) fn grants(&self, claims: &ClaimsText) -> Grants {
        let mut names = Vec::with_capacity(USUAL);
        let mut held = |lists: &[Vec<_>], read: Read| {
            let each = lists.iter().map(|list| first(list, claims, read, &mut names));
            each.reduce(Held::and).unwrap_or_default()
        };
        let grants = Grants {
            scopes: held(&self.scopes, read_scope_tokens),
            roles: held(&self.roles, read_names),
            permissions: held(&self.permissions, read_names),
        };
        match &self.most {
            None => grants,
            Some(most) => grants.within(most),
        }
    }
}

/// `names` is where they are put for a while.
fn first<'a>(
    references: &[ClaimRef<String>],
    claims: &'a ClaimsText,
    read: Read,
    names: &mut Vec<Cow<'a, str>>,
) -> Held {
    for reference in references {
        names.clear();
        match reference.find(claims) {
            Found::Absent => {}
            Found::Unreadable => return Held::unreadable(),
            Found::Value(value) => match read(value, names) {
                None => return Held::unreadable(),
                Some(()) if names.iter().all(|name| name.is_empty()) => {}
                Some(()) => return Held::known_among(names),
            },
        }
    }
    Held::default()
}

/// RFC 6749 §3.3: tokens with a space between, and nothing else that separates; or an array of tokens.
fn read_scope_tokens<'a>(value: JsonText<'a>, tokens: &mut Vec<Cow<'a, str>>) -> Option<()> {
    match value.as_str() {
        Some(Cow::Borrowed(text)) => split(text, |token| tokens.push(Cow::Borrowed(token))),
        Some(Cow::Owned(text)) => split(&text, |token| tokens.push(Cow::Owned(token.to_owned()))),
        None => {
            value.strings(|token| tokens.push(token))?;
            tokens.iter().all(|token| is_scope_token(token)).then_some(())
        }
    }
}

/// Takes the tokens of such a string, as long as there is nothing else in it.
fn split<'a>(text: &'a str, mut take: impl FnMut(&'a str)) -> Option<()> {
    let mut rest = text;
    loop {
        let end = rest.bytes().position(|byte| !is_of_scope_token(byte)).unwrap_or(rest.len());
        let (token, behind) = rest.split_at_checked(end)?;
        if !token.is_empty() {
            take(token);
        }
        if behind.is_empty() {
            return Some(());
        }
        rest = behind.strip_prefix(' ')?;
    }
}

/// An array of names; or one name, which is never taken apart.
fn read_names<'a>(value: JsonText<'a>, names: &mut Vec<Cow<'a, str>>) -> Option<()> {
    match value.as_str() {
        Some(name) => names.push(name),
        None if value.strings(|name| names.push(name)).is_some() => {}
        None => {
            names.clear();
            for element in value.elements()? {
                names.push(name(element)?);
            }
        }
    }
    Some(())
}

/// RFC 9068 §2.2.3.1 has roles as SCIM does: in objects, whose `value` counts alone (RFC 7643 §2.4).
fn name(element: JsonText<'_>) -> Option<Cow<'_, str>> {
    if element.is_object() { element.member("value")?.as_str() } else { element.as_str() }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{ClaimMapping, ClaimRef};
    use crate::claims::ClaimsText;
    use crate::policy::{Grants, Held};

    fn references(names: &[&str]) -> Vec<ClaimRef<String>> {
        names.iter().map(|name| ClaimRef::parse((*name).to_owned()).unwrap()).collect()
    }

    fn grants(claims: &Value) -> Grants {
        let mapping = ClaimMapping {
            scopes: vec![references(&["scope", "scp"])],
            roles: vec![references(&["roles", "/realm_access/roles"])],
            permissions: vec![references(&["permissions"])],
            most: None,
            subject: None,
        };
        mapping.grants(&ClaimsText::of(claims))
    }

    #[test]
    fn reads_strings_and_arrays() {
        assert_eq!(
            grants(&json!({"scope": " a  b ", "roles": ["r", "s"], "permissions": "p q"})),
            Grants::new(["a", "b"], ["r", "s"], ["p q"])
        );
        assert_eq!(grants(&json!({"scp": ["a", "b"]})), Grants::new(["a", "b"], [], []));
        assert_eq!(grants(&json!({})), Grants::default());
    }

    #[test]
    fn takes_the_first_that_is_there_and_not_empty() {
        assert_eq!(grants(&json!({"scope": "", "scp": "a"})), Grants::new(["a"], [], []));
        assert_eq!(grants(&json!({"scope": "b", "scp": "a"})), Grants::new(["b"], [], []));
        for empty in [json!([]), json!(""), json!([""])] {
            assert_eq!(
                grants(&json!({"roles": empty, "realm_access": {"roles": ["r"]}})),
                Grants::new([], ["r"], [])
            );
        }
    }

    #[test]
    fn knows_nothing_of_a_claim_that_is_elsewhere() {
        let unreadable = |claims: Value| grants(&claims).roles == Held::unreadable();
        assert!(unreadable(json!({"_claim_names": {"roles": "src1"}})));
        assert!(unreadable(json!({"_claim_names": {"realm_access": "src1"}})));
        assert!(unreadable(json!({"_claim_names": "odd"})));
        assert!(!unreadable(json!({"_claim_names": {"other": "src1"}})));
        assert!(!unreadable(json!({"_claim_names": {"roles": "src1"}, "roles": ["r"]})));

        let mapping = ClaimMapping { roles: vec![references(&["groups"])], ..ClaimMapping::default() };
        let roles = |claims: Value| mapping.grants(&ClaimsText::of(&claims)).roles;
        assert_eq!(roles(json!({"hasgroups": true})), Held::unreadable());
        assert_eq!(roles(json!({"groups": ["r"]})), Grants::new([], ["r"], []).roles);
    }

    #[test]
    fn takes_the_union_of_several_lists_and_doubts_the_rest_where_one_is_unreadable() {
        let roles = vec![references(&["roles"]), references(&["groups", "wids"])];
        let mapping = ClaimMapping { roles, ..ClaimMapping::default() };
        let roles = |claims: Value| mapping.grants(&ClaimsText::of(&claims)).roles;
        let known = |names: &[&str]| Held::known(names);
        for (claims, expected) in [
            (json!({"roles": ["b"], "groups": ["a", "b"], "wids": ["c"]}), known(&["a", "b"])),
            (json!({"roles": "b", "groups": [], "wids": ["c"]}), known(&["b", "c"])),
            (json!({"groups": ["a"]}), known(&["a"])),
            (json!({"roles": []}), known(&[])),
            (json!({"roles": ["a"], "groups": 5, "wids": ["c"]}), known(&["a"]).and(Held::unreadable())),
            (json!({"roles": ["a"], "hasgroups": true}), known(&["a"]).and(Held::unreadable())),
            (json!({"roles": 5, "groups": ["a"]}), known(&["a"]).and(Held::unreadable())),
            (json!({"roles": 5}), Held::unreadable()),
        ] {
            assert_eq!(roles(claims.clone()), expected, "{claims}");
        }
    }

    #[test]
    fn takes_the_value_of_an_object_in_an_array_of_roles_or_permissions() {
        let value = |value: Value| json!({"value": value, "display": "x", "$ref": ["y"]});
        let mixed = json!([value(json!("r")), "s", value(json!(""))]);
        assert_eq!(
            grants(&json!({"roles": mixed, "permissions": mixed})),
            Grants::new([], ["r", "s"], ["r", "s"])
        );
        for odd in [
            value(json!(5)),
            value(json!(["r"])),
            json!({"Value": "r"}),
            json!({}),
            json!([value(json!("r"))]),
        ] {
            assert_eq!(grants(&json!({"roles": ["s", odd]})).roles, Held::unreadable(), "{odd}");
        }
        assert_eq!(grants(&json!({"roles": value(json!("r"))})).roles, Held::unreadable());
        assert_eq!(grants(&json!({"scope": [value(json!("r"))]})).scopes, Held::unreadable());
    }

    #[test]
    fn knows_nothing_of_a_claim_of_another_type() {
        for scope in [
            json!(5),
            json!(null),
            json!({"a": 1}),
            json!(["a", 5]),
            json!(["a b"]),
            json!("a\tb"),
            json!("\u{e9}"),
        ] {
            assert_eq!(grants(&json!({"scope": scope, "scp": "a"})).scopes, Held::unreadable(), "{scope}");
        }
        for roles in
            [json!(5), json!(null), json!({"r": true}), json!([["r"]]), json!([null, "r"]), json!(["r", 5])]
        {
            assert_eq!(grants(&json!({"roles": roles})).roles, Held::unreadable(), "{roles}");
        }
        assert_eq!(grants(&json!({"realm_access": "r"})).roles, Held::unreadable());
    }
}
