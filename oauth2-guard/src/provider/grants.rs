//! From the claims of a provider to scopes, roles and permissions.

use serde_json::{Map, Value};

use crate::claim_ref::{ClaimRef, Found};
use crate::policy::{Grants, Held, is_scope_token};

/// The claims that hold what a token grants; of each list the first that is there and not empty.
#[derive(Debug, Default)]
pub(crate) struct ClaimMapping {
    pub(super) scopes: Vec<ClaimRef<String>>,
    pub(super) roles: Vec<ClaimRef<String>>,
    pub(super) permissions: Vec<ClaimRef<String>>,
}

impl ClaimMapping {
    pub(crate) fn grants(&self, claims: &Map<String, Value>) -> Grants {
        Grants {
            scopes: first(&self.scopes, claims, scope_tokens),
            roles: first(&self.roles, claims, names),
            permissions: first(&self.permissions, claims, names),
        }
    }
}

fn first(
    references: &[ClaimRef<String>],
    claims: &Map<String, Value>,
    read: fn(&Value) -> Option<Vec<&str>>,
) -> Held {
    for reference in references {
        match reference.find(claims) {
            Found::Absent => {}
            Found::Unreadable => return Held::UNREADABLE,
            Found::Value(value) => match read(value) {
                None => return Held::UNREADABLE,
                Some(names) if names.is_empty() => {}
                Some(names) => return Held::known(names.into_iter()),
            },
        }
    }
    Held::default()
}

/// RFC 6749 §3.3: tokens with a space between, and nothing else that separates; or an array of tokens.
fn scope_tokens(value: &Value) -> Option<Vec<&str>> {
    let tokens = match value {
        Value::String(text) => text.split(' ').filter(|token| !token.is_empty()).collect(),
        _ => strings(value)?,
    };
    tokens.iter().all(|token| is_scope_token(token)).then_some(tokens)
}

/// An array of names; or one name, which is never taken apart.
fn names(value: &Value) -> Option<Vec<&str>> {
    let names = match value {
        Value::String(name) => vec![name.as_str()],
        _ => strings(value)?,
    };
    Some(names.into_iter().filter(|name| !name.is_empty()).collect())
}

fn strings(value: &Value) -> Option<Vec<&str>> {
    value.as_array()?.iter().map(Value::as_str).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{ClaimMapping, ClaimRef};
    use crate::policy::{Grants, Held};

    fn grants(claims: &Value) -> Grants {
        let references =
            |names: &[&str]| names.iter().map(|name| ClaimRef::parse((*name).to_owned()).unwrap()).collect();
        let mapping = ClaimMapping {
            scopes: references(&["scope", "scp"]),
            roles: references(&["roles", "/realm_access/roles"]),
            permissions: references(&["permissions"]),
        };
        mapping.grants(claims.as_object().unwrap())
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
        let unreadable = |claims: Value| grants(&claims).roles == Held::UNREADABLE;
        assert!(unreadable(json!({"_claim_names": {"roles": "src1"}})));
        assert!(unreadable(json!({"_claim_names": {"realm_access": "src1"}})));
        assert!(unreadable(json!({"_claim_names": "odd"})));
        assert!(!unreadable(json!({"_claim_names": {"other": "src1"}})));
        assert!(!unreadable(json!({"_claim_names": {"roles": "src1"}, "roles": ["r"]})));

        let groups = vec![ClaimRef::parse("groups".to_owned()).unwrap()];
        let mapping = ClaimMapping { roles: groups, ..ClaimMapping::default() };
        let roles = |claims: Value| mapping.grants(claims.as_object().unwrap()).roles;
        assert_eq!(roles(json!({"hasgroups": true})), Held::UNREADABLE);
        assert_eq!(roles(json!({"groups": ["r"]})), Grants::new([], ["r"], []).roles);
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
            assert_eq!(grants(&json!({"scope": scope, "scp": "a"})).scopes, Held::UNREADABLE, "{scope}");
        }
        for roles in
            [json!(5), json!(null), json!({"r": true}), json!([["r"]]), json!([null, "r"]), json!(["r", 5])]
        {
            assert_eq!(grants(&json!({"roles": roles})).roles, Held::UNREADABLE, "{roles}");
        }
        assert_eq!(grants(&json!({"realm_access": "r"})).roles, Held::UNREADABLE);
    }
}
