use core::fmt;

use serde_json::{Map, Value};

/// Where in a claims set something is: a top-level claim by its name, or a JSON Pointer (RFC 6901) over object members.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum ClaimRef {
    Name(String),
    Pointer(Vec<String>),
}

/// What a reference leads to.
pub(crate) enum Found<'a> {
    Absent,
    /// Something on the way is there, but has no members.
    Unreadable,
    Value(&'a Value),
}

/// Why a text refers to no claim.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum NotAClaimRef {
    /// A path in other words, or a name that looks like one.
    Ambiguous {
        text: String,
        separator: char,
    },
    Empty,
    Escape,
}

impl ClaimRef {
    pub(crate) fn parse(text: &str) -> Result<Self, NotAClaimRef> {
        if text.is_empty() || text == "/" {
            return Err(NotAClaimRef::Empty);
        }
        if let Some(path) = text.strip_prefix('/') {
            return path
                .split('/')
                .map(unescape)
                .collect::<Option<_>>()
                .map(Self::Pointer)
                .ok_or(NotAClaimRef::Escape);
        }
        // `https://example.com/roles` and `cognito:groups` are names; `realm_access.roles` is either, so neither.
        let word = |part: &str| {
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
        };
        for separator in ['.', '/'] {
            if text.contains(separator) && text.split(separator).all(word) {
                return Err(NotAClaimRef::Ambiguous { text: text.to_owned(), separator });
            }
        }
        Ok(Self::Name(text.to_owned()))
    }

    /// The claim that it is, or that it leads into.
    pub(crate) fn top_level(&self) -> &str {
        match self {
            Self::Name(name) => name,
            Self::Pointer(path) => path.first().map_or("", String::as_str),
        }
    }

    pub(crate) fn find<'a>(&self, claims: &'a Map<String, Value>) -> Found<'a> {
        match self {
            Self::Name(name) => claims.get(name).map_or(Found::Absent, Found::Value),
            Self::Pointer(path) => {
                let mut members = claims;
                let mut segments = path.iter().peekable();
                while let Some(segment) = segments.next() {
                    let Some(value) = members.get(segment) else { return Found::Absent };
                    if segments.peek().is_none() {
                        return Found::Value(value);
                    }
                    let Value::Object(inner) = value else { return Found::Unreadable };
                    members = inner;
                }
                Found::Absent
            }
        }
    }
}

/// RFC 6901 §4: `~1` is `/`, `~0` is `~`, and no other `~` there is.
fn unescape(segment: &str) -> Option<String> {
    let mut parts = segment.split('~');
    let mut unescaped = parts.next()?.to_owned();
    for part in parts {
        let (escaped, rest) = match (part.strip_prefix('0'), part.strip_prefix('1')) {
            (Some(rest), _) => ('~', rest),
            (_, Some(rest)) => ('/', rest),
            _ => return None,
        };
        unescaped.push(escaped);
        unescaped.push_str(rest);
    }
    Some(unescaped)
}

impl fmt::Display for NotAClaimRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ambiguous { text, separator } => {
                let path = text.replace(*separator, "/");
                let name = text.replace('/', "~1");
                write!(
                    f,
                    "it may mean a path or a name: write a path as `/{path}`, and that name as `/{name}`"
                )
            }
            Self::Empty => f.write_str("name a claim"),
            Self::Escape => f.write_str("in a JSON Pointer write `~0` for `~` and `~1` for `/`"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{ClaimRef, Found, NotAClaimRef};

    fn find(reference: &str, claims: &Value) -> Option<Value> {
        match ClaimRef::parse(reference).unwrap().find(claims.as_object().unwrap()) {
            Found::Value(value) => Some(value.clone()),
            Found::Absent => None,
            Found::Unreadable => Some(json!("UNREADABLE")),
        }
    }

    #[test]
    fn a_name_is_a_top_level_claim_and_a_pointer_a_path_over_objects() {
        let claims = json!({
            "https://example.com/roles": 1, "cognito:groups": 2, "a.b": 3, "x/y": 4, "~": 5,
            "a": {"b": {"c": 6}}, "list": [7], "text": "t",
        });
        for (reference, value) in [
            ("https://example.com/roles", Some(json!(1))),
            ("cognito:groups", Some(json!(2))),
            ("/a.b", Some(json!(3))),
            ("/x~1y", Some(json!(4))),
            ("/~0", Some(json!(5))),
            ("/a/b/c", Some(json!(6))),
            ("/a/b/c/d", Some(json!("UNREADABLE"))),
            ("/list/0", Some(json!("UNREADABLE"))),
            ("/text/x", Some(json!("UNREADABLE"))),
            ("/a/x/c", None),
            ("absent", None),
        ] {
            assert_eq!(find(reference, &claims), value, "{reference}");
        }
    }

    #[test]
    fn refuses_what_could_mean_two_things() {
        for (text, path, name) in [
            ("realm_access.roles", "/realm_access/roles", "/realm_access.roles"),
            ("realm_access/roles", "/realm_access/roles", "/realm_access~1roles"),
        ] {
            assert_eq!(
                ClaimRef::parse(text).unwrap_err().to_string(),
                format!("it may mean a path or a name: write a path as `{path}`, and that name as `{name}`")
            );
            assert!(ClaimRef::parse(path).is_ok() && ClaimRef::parse(name).is_ok());
        }
        assert_eq!(ClaimRef::parse(""), Err(NotAClaimRef::Empty));
        assert_eq!(ClaimRef::parse("/"), Err(NotAClaimRef::Empty));
        assert_eq!(ClaimRef::parse("/a~2"), Err(NotAClaimRef::Escape));
    }
}
