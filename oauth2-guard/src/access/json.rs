//! The map as data.

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::map::{AccessMap, AccessRow};

/// `routes`, `policies` and `roles`, each a list of objects.
///
/// A route has `method` (`null` for any other), `serves_head`, `path`, `kind` (`route`, `nested`, `fallback`), `access` (`guarded`, `public`, `unguarded`), `rule`
/// (`null` where there is none), `scopes`, `policies` (their names), `handler`, `file` and `line`.
impl Serialize for AccessMap {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let policies = self.policies().into_iter().map(
            |policy| json!({ "name": policy.name(), "rule": policy.rule().to_string(), "doc": policy.doc() }),
        );
        let roles = self.roles().iter().map(|role| {
            let (implies, permits) =
                (role.implied().collect::<Vec<_>>(), role.permitted().collect::<Vec<_>>());
            json!({ "name": role.name(), "implies": implies, "permits": permits })
        });
        let mut map = serializer.serialize_struct("AccessMap", 3)?;
        map.serialize_field("routes", &self.rows().iter().map(route).collect::<Vec<_>>())?;
        map.serialize_field("policies", &policies.collect::<Vec<_>>())?;
        map.serialize_field("roles", &roles.collect::<Vec<_>>())?;
        map.end()
    }
}

fn route(row: &AccessRow) -> Value {
    let kind = match (row.is_route(), row.is_fallback()) {
        (true, _) => "route",
        (false, true) => "fallback",
        (false, false) => "nested",
    };
    let access = match (row.is_public(), row.is_unguarded()) {
        (true, _) => "public",
        (false, true) => "unguarded",
        (false, false) => "guarded",
    };
    json!({
        "method": row.method().map(http::Method::as_str),
        "serves_head": row.serves_head(),
        "path": row.path(),
        "kind": kind,
        "access": access,
        "rule": (!row.is_open()).then(|| row.access().to_string()),
        "scopes": row.scopes(),
        "policies": row.policies().iter().map(|policy| policy.name()).collect::<Vec<_>>(),
        "handler": row.handler(),
        "file": row.file(),
        "line": row.line(),
    })
}
