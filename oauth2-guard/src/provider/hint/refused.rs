use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::Hint;
use crate::json::parse_object_of;
use crate::provider::{Expected, TrustedProvider};
use crate::verify::InvalidToken;

/// A refused token. Nothing of it is verified.
pub(crate) struct RefusedToken {
    reason: InvalidToken,
    form: Form,
    header: Map<String, Value>,
    claims: Map<String, Value>,
}

/// What it looks like, read or not.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Form {
    /// `null` or `undefined`, as JavaScript writes what is not there.
    Nothing,
    Opaque,
    OpaqueOfGoogle,
    /// Or something that was one.
    Jwt,
}

/// Far beyond what is in a token.
const MAX_OBJECTS: usize = 256;

/// The audiences of Microsoft Graph, and of what was before it.
const GRAPH: [&str; 4] = [
    "00000003-0000-0000-c000-000000000000",
    "https://graph.microsoft.com",
    "https://graph.microsoft.com/",
    "00000002-0000-0000-c000-000000000000",
];

impl RefusedToken {
    pub(crate) fn read(token: &str, reason: InvalidToken) -> Self {
        let object = |index| {
            let segment = token.split('.').nth(index).unwrap_or_default();
            let json = URL_SAFE_NO_PAD.decode(segment).unwrap_or_default();
            parse_object_of(&json, MAX_OBJECTS).unwrap_or_default()
        };
        let header = object(0);
        let form = match token {
            "null" | "undefined" => Form::Nothing,
            _ if !header.is_empty() => Form::Jwt,
            _ if token.starts_with("ya29.") => Form::OpaqueOfGoogle,
            _ if token.split('.').count() < 3 => Form::Opaque,
            _ => Form::Jwt,
        };
        Self { reason, form, header, claims: object(1) }
    }

    pub(super) fn reason(&self) -> InvalidToken {
        self.reason
    }

    /// What its form tells by itself.
    pub(super) fn hint(&self) -> Option<Hint> {
        match self.form {
            Form::Nothing => Some(Hint::NoToken),
            Form::Opaque | Form::OpaqueOfGoogle => Some(Hint::Opaque),
            Form::Jwt => None,
        }
    }

    pub(super) fn is_opaque_of_google(&self) -> bool {
        self.form == Form::OpaqueOfGoogle
    }

    pub(super) fn header(&self, name: &str) -> Option<&Value> {
        self.header.get(name)
    }

    pub(super) fn claim(&self, name: &str) -> Option<&Value> {
        self.claims.get(name)
    }

    /// RFC 7519 §5.3: what is encrypted may say it in its header.
    pub(super) fn issuer(&self) -> Option<&str> {
        self.claim("iss").or_else(|| self.header("iss"))?.as_str()
    }

    pub(super) fn is_for(&self, is_it: impl Fn(&str) -> bool) -> bool {
        match self.claim("aud") {
            Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).any(is_it),
            one => one.and_then(Value::as_str).is_some_and(is_it),
        }
    }

    /// What is signed has another `nonce` than what is sent.
    pub(super) fn is_for_graph(&self) -> bool {
        self.header.contains_key("nonce") || self.is_for(|one| GRAPH.contains(&one))
    }

    /// By the mark of its provider, or else by claims that access tokens do not have.
    pub(super) fn is_id_token(&self, provider: &TrustedProvider) -> bool {
        let has = |name: &str| self.claims.contains_key(name);
        let marks = provider.required_claims.iter().filter_map(|claim| match &claim.expected {
            Expected::InAccessTokens => Some(!has(claim.name)),
            Expected::Kind { id, .. } => self.claim(claim.name).map(|kind| kind == id),
            Expected::Any | Expected::OneOf(_) => None,
        });
        let is_one = marks.reduce(|one, other| one && other).unwrap_or_else(|| {
            // Some put the nonce into access tokens too.
            has("at_hash") || has("c_hash") || (has("nonce") && !has("scope") && !has("scp"))
        });
        is_one && !has("events") && !provider.allow_id_tokens
    }
}
