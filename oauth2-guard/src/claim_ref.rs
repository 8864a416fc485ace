//! Where in a claims set something is: a top-level claim by its name, or a JSON Pointer (RFC 6901) over object members.

use std::borrow::Cow;

use crate::claims::ClaimsText;
use crate::json::JsonText;

/// A reference that was found to be one, by [`mistake_in`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct ClaimRef<T>(T);

/// What a reference leads to.
pub(crate) enum Found<'a> {
    Absent,
    /// Something on the way is there, but has no members; or the token says that the claim exists, and leaves it out.
    Unreadable,
    Value(JsonText<'a>),
}

/// Why a text refers to no claim.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum NotAClaimRef {
    /// A path in other words, or a name that looks like one.
    Ambiguous {
        separator: u8,
    },
    Empty,
    Escape,
}

impl ClaimRef<&'static str> {
    /// # Panics
    ///
    /// When `text` is none. In a constant that is a compile error.
    #[expect(clippy::panic, reason = "meant for constants, where it is the compile error")]
    pub(crate) const fn constant(text: &'static str) -> Self {
        match mistake_in(text) {
            None => Self(text),
            Some(NotAClaimRef::Ambiguous { .. }) => {
                panic!("this may mean a path or a name: begin a path over object members with `/`")
            }
            Some(NotAClaimRef::Empty) => panic!("name a claim"),
            Some(NotAClaimRef::Escape) => panic!("in a JSON Pointer write `~0` for `~` and `~1` for `/`"),
        }
    }
}

impl<'a> ClaimRef<&'a str> {
    pub(crate) const fn as_str(self) -> &'a str {
        self.0
    }
}

impl<T: AsRef<str>> ClaimRef<T> {
    pub(crate) fn parse(text: T) -> Result<Self, NotAClaimRef> {
        mistake_in(text.as_ref()).map_or(Ok(Self(text)), Err)
    }

    /// The claim that it is, or that it leads into.
    pub(crate) fn top_level(&self) -> Cow<'_, str> {
        let text = self.0.as_ref();
        match text.strip_prefix('/') {
            Some(path) => unescape(path.split('/').next().unwrap_or_default()),
            None => Cow::Borrowed(text),
        }
    }

    pub(crate) fn borrowed(&self) -> ClaimRef<&str> {
        ClaimRef(self.0.as_ref())
    }

    /// Whether both lead to one claim, in whichever spelling.
    pub(crate) fn is_same<U: AsRef<str>>(&self, other: &ClaimRef<U>) -> bool {
        self.segments().eq(other.segments())
    }

    /// The names that lead to it.
    fn segments(&self) -> impl Iterator<Item = Cow<'_, str>> {
        let text = self.0.as_ref();
        let path = text.strip_prefix('/');
        let name = path.is_none().then_some(Cow::Borrowed(text));
        name.into_iter().chain(path.into_iter().flat_map(|path| path.split('/')).map(unescape))
    }

    /// Whether it is the top-level claim `name`, in either spelling.
    pub(crate) fn is(&self, name: &str) -> bool {
        !self.0.as_ref().trim_start_matches('/').contains('/') && self.top_level() == name
    }

    pub(crate) fn find<'a>(&self, claims: &'a ClaimsText) -> Found<'a> {
        match self.lead(claims) {
            Found::Absent if self.is_elsewhere(claims) => Found::Unreadable,
            found => found,
        }
    }

    fn lead<'a>(&self, claims: &'a ClaimsText) -> Found<'a> {
        let text = self.0.as_ref();
        if !text.starts_with('/') {
            return claims.get(text).map_or(Found::Absent, Found::Value);
        }
        let mut segments = self.segments();
        let Some(mut value) = segments.next().and_then(|name| claims.get(&name)) else {
            return Found::Absent;
        };
        for segment in segments {
            if !value.is_object() {
                return Found::Unreadable;
            }
            let Some(inner) = value.member(&segment) else { return Found::Absent };
            value = inner;
        }
        Found::Value(value)
    }

    /// A distributed claim (OpenID Connect Core §5.6.2), or more groups than Microsoft Entra ID puts into a token.
    fn is_elsewhere(&self, claims: &ClaimsText) -> bool {
        let name = self.top_level();
        let distributed = claims
            .get("_claim_names")
            .is_some_and(|names| names.member(&name).is_some() || !names.is_object());
        distributed || (name == "groups" && claims.contains("hasgroups"))
    }
}

/// Why `text` is no reference. It is evaluated at compile time for the constants of a rule.
pub(crate) const fn mistake_in(text: &str) -> Option<NotAClaimRef> {
    match text.as_bytes() {
        b"" | b"/" => Some(NotAClaimRef::Empty),
        [b'/', path @ ..] if has_bad_escape(path) => Some(NotAClaimRef::Escape),
        [b'/', ..] => None,
        name if is_path_of_words(name, b'.') => Some(NotAClaimRef::Ambiguous { separator: b'.' }),
        name if is_path_of_words(name, b'/') => Some(NotAClaimRef::Ambiguous { separator: b'/' }),
        _ => None,
    }
}

/// RFC 6901 §4: `~1` is `/`, `~0` is `~`, and no other `~` there is.
const fn has_bad_escape(mut path: &[u8]) -> bool {
    loop {
        match path {
            [] => return false,
            [b'~', b'0' | b'1', rest @ ..] => path = rest,
            [b'~', ..] => return true,
            [_, rest @ ..] => path = rest,
        }
    }
}

/// `https://example.com/roles` and `cognito:groups` are names; `realm_access.roles` is either, so neither.
const fn is_path_of_words(mut name: &[u8], separator: u8) -> bool {
    let (mut separated, mut in_word) = (false, false);
    loop {
        match name {
            [] => return separated && in_word,
            [byte, ..] if *byte == separator => {
                if !in_word {
                    return false;
                }
                (separated, in_word) = (true, false);
            }
            [b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-', ..] => in_word = true,
            _ => return false,
        }
        match name {
            [] => return separated && in_word,
            [_, rest @ ..] => name = rest,
        }
    }
}

fn unescape(segment: &str) -> Cow<'_, str> {
    if segment.contains('~') {
        Cow::Owned(segment.replace("~1", "/").replace("~0", "~"))
    } else {
        Cow::Borrowed(segment)
    }
}

impl NotAClaimRef {
    /// What to write instead of `text`.
    pub(crate) fn explain(self, text: &str) -> String {
        match self {
            Self::Ambiguous { separator } => {
                let path = text.replace(char::from(separator), "/");
                let name = text.replace('/', "~1");
                format!("it may mean a path or a name: write a path as `/{path}`, and that name as `/{name}`")
            }
            Self::Empty => "name a claim".to_owned(),
            Self::Escape => "in a JSON Pointer write `~0` for `~` and `~1` for `/`".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{ClaimRef, Found, NotAClaimRef};
    use crate::claims::ClaimsText;

    fn find(reference: &str, claims: &Value) -> Option<Value> {
        match ClaimRef::parse(reference).unwrap().find(&ClaimsText::of(claims)) {
            Found::Value(value) => value.to_value(),
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
    fn what_the_token_says_to_be_elsewhere_is_not_absent() {
        let unreadable = Some(json!("UNREADABLE"));
        for (reference, claims, expected) in [
            ("tier", json!({"_claim_names": {"tier": "src"}}), unreadable.clone()),
            ("/plan/tier", json!({"_claim_names": {"plan": "src"}}), unreadable.clone()),
            ("tier", json!({"_claim_names": ["tier"]}), unreadable.clone()),
            ("tier", json!({"_claim_names": {"plan": "src"}}), None),
            ("tier", json!({"_claim_names": {"tier": "src"}, "tier": 1}), Some(json!(1))),
            ("groups", json!({"hasgroups": true}), unreadable),
            ("tier", json!({"hasgroups": true}), None),
        ] {
            assert_eq!(find(reference, &claims), expected, "{reference} {claims}");
        }
    }

    #[test]
    fn refuses_what_could_mean_two_things() {
        for (text, path, name) in [
            ("realm_access.roles", "/realm_access/roles", "/realm_access.roles"),
            ("realm_access/roles", "/realm_access/roles", "/realm_access~1roles"),
        ] {
            assert_eq!(
                ClaimRef::parse(text).unwrap_err().explain(text),
                format!("it may mean a path or a name: write a path as `{path}`, and that name as `{name}`")
            );
            assert!(ClaimRef::parse(path).is_ok() && ClaimRef::parse(name).is_ok());
        }
        for name in ["https://example.com/roles", "cognito:groups", ".a", "a.", "a..b", "//a", "a.b:c"] {
            assert!(ClaimRef::parse(name).is_ok(), "{name}");
        }
        assert_eq!(ClaimRef::parse(""), Err(NotAClaimRef::Empty));
        assert_eq!(ClaimRef::parse("/"), Err(NotAClaimRef::Empty));
        assert_eq!(ClaimRef::parse("/a~2"), Err(NotAClaimRef::Escape));
    }

    #[test]
    fn knows_a_top_level_claim_in_either_spelling() {
        for (reference, expected) in
            [("email", true), ("/email", true), ("/email/x", false), ("/x/email", false), ("emails", false)]
        {
            assert_eq!(ClaimRef::parse(reference).unwrap().is("email"), expected, "{reference}");
        }
        assert_eq!(ClaimRef::parse("/a~1b/c").unwrap().top_level(), "a/b");
    }

    #[test]
    fn knows_a_claim_in_its_other_spellings() {
        for (one, other, expected) in [
            ("oid", "oid", true),
            ("oid", "/oid", true),
            ("/a/b", "/a/b", true),
            ("a~b", "/a~0b", true),
            ("https://a/b", "/https:~1~1a~1b", true),
            ("oid", "Oid", false),
            ("oid", "/oid/x", false),
            ("/a/b", "/a~1b", false),
            ("oid", "/oid/", false),
        ] {
            let [one, other] = [one, other].map(|text| ClaimRef::parse(text).unwrap());
            assert_eq!(one.is_same(&other), expected, "{one:?} {other:?}");
            assert_eq!(other.is_same(&one), expected, "{other:?} {one:?}");
        }
    }
}
