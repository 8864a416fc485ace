use serde_json::{Map, Value};

use super::algorithm::Algorithm;
use super::invalid::InvalidToken;
use crate::json::parse_object_of;
use crate::provider::TrustedProvider;
use crate::token::CompactJws;

/// Far beyond any key ID in use, far below what would be worth sending.
const MAX_KEY_ID_BYTES: usize = 256;

/// A header has one, and a key that it brings along another.
const MAX_OBJECTS: usize = 64;

/// The protected header (RFC 7515 §4), read once, of a token that is not verified yet.
///
/// It chooses among the provider's keys and algorithms; it never brings its own: `jwk`, `jku`, `x5u` and `x5c`
/// are not looked at.
pub(crate) struct ProtectedHeader {
    algorithm: Option<Algorithm>,
    key_id: Option<String>,
    typ: Typ,
}

/// RFC 7515 §4.1.9; RFC 9068 §2.1.
#[derive(Clone, Copy, PartialEq)]
enum Typ {
    Absent,
    AtJwt,
    Jwt,
}

impl ProtectedHeader {
    pub(crate) fn parse(jws: &CompactJws<'_>) -> Result<Self, InvalidToken> {
        let mut members = parse_object_of(&jws.untrusted_header()?, MAX_OBJECTS)
            .map_err(|_| InvalidToken::MalformedHeader)?;
        // RFC 7515 §4.1.11: no extension is understood here. RFC 7797 §7: a JWT is never unencoded.
        if members.contains_key("crit") || members.contains_key("b64") {
            return Err(InvalidToken::MalformedHeader);
        }
        if members.iter().any(|(name, value)| is_mistyped(name, value)) {
            return Err(InvalidToken::MalformedHeader);
        }
        let algorithm = match members.get("alg") {
            Some(Value::String(name)) => Algorithm::from_name(name),
            _ => return Err(InvalidToken::MalformedHeader),
        };
        Ok(Self { algorithm, key_id: key_id(&mut members)?, typ: Typ::parse(&members)? })
    }

    pub(crate) fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    pub(crate) fn require_typ(&self, provider: &TrustedProvider) -> Result<(), InvalidToken> {
        if provider.require_rfc9068 && self.typ != Typ::AtJwt { Err(InvalidToken::WrongType) } else { Ok(()) }
    }

    pub(crate) fn allowed_algorithm(&self, provider: &TrustedProvider) -> Result<Algorithm, InvalidToken> {
        self.algorithm
            .filter(|algorithm| provider.algorithms.contains(algorithm))
            .ok_or(InvalidToken::AlgorithmNotAllowed)
    }
}

/// Registered parameters (RFC 7515 §4.1) that are not looked at have the type that they should have all the same.
fn is_mistyped(name: &str, value: &Value) -> bool {
    match name {
        "cty" | "jku" | "x5t" | "x5t#S256" | "x5u" => !value.is_string(),
        "jwk" => !value.is_object(),
        "x5c" => value.as_array().is_none_or(|chain| !chain.iter().all(Value::is_string)),
        _ => false,
    }
}

fn key_id(members: &mut Map<String, Value>) -> Result<Option<String>, InvalidToken> {
    match members.remove("kid") {
        None => Ok(None),
        Some(Value::String(id)) if id.len() <= MAX_KEY_ID_BYTES && !id.contains(char::is_control) => {
            Ok(Some(id))
        }
        Some(_) => Err(InvalidToken::MalformedHeader),
    }
}

impl Typ {
    fn parse(members: &Map<String, Value>) -> Result<Self, InvalidToken> {
        let typ = match members.get("typ") {
            None => return Ok(Self::Absent),
            Some(Value::String(typ)) => typ.to_ascii_lowercase(),
            Some(_) => return Err(InvalidToken::WrongType),
        };
        match typ.strip_prefix("application/").unwrap_or(&typ) {
            "at+jwt" => Ok(Self::AtJwt),
            "jwt" => Ok(Self::Jwt),
            _ => Err(InvalidToken::WrongType),
        }
    }
}
