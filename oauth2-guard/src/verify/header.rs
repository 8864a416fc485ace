use core::cell::Cell;
use core::fmt;
use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::de::{Deserializer as _, Error, MapAccess, Visitor};
use serde_json::Value;

use super::algorithm::Algorithm;
use super::invalid::InvalidToken;
use crate::json::{StrictValue, Text};
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
        let json = jws.untrusted_header()?;
        let text = core::str::from_utf8(&json).map_err(|_| InvalidToken::MalformedHeader)?;
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let members =
            deserializer.deserialize_map(Members::default()).map_err(|_| InvalidToken::MalformedHeader)?;
        deserializer.end().map_err(|_| InvalidToken::MalformedHeader)?;
        Ok(Self {
            algorithm: members.algorithm.ok_or(InvalidToken::MalformedHeader)?,
            key_id: members.key_id,
            typ: members.typ.unwrap_or(Ok(Typ::Absent))?,
        })
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

/// What is there of the members that are looked at.
#[derive(Default)]
struct Members {
    algorithm: Option<Option<Algorithm>>,
    key_id: Option<String>,
    /// One that is not accepted is found out about last, as it says what kind of token this is.
    typ: Option<Result<Typ, InvalidToken>>,
}

impl<'de> Visitor<'de> for Members {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a protected header without duplicate members")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<Self, A::Error> {
        // The header is one.
        let objects = Cell::new(1);
        let any = StrictValue { objects: &objects, max_objects: MAX_OBJECTS };
        let mut others = BTreeSet::new();
        while let Some(name) = members.next_key_seed(Text)? {
            let is_new = match &*name {
                "alg" => {
                    let name = members.next_value_seed(Text)?;
                    self.algorithm.replace(Algorithm::from_name(&name)).is_none()
                }
                "kid" => self.key_id.replace(key_id(members.next_value_seed(Text)?)?).is_none(),
                "typ" => self.typ.replace(Typ::parse(&members.next_value_seed(any)?)).is_none(),
                _ => {
                    let value = members.next_value_seed(any)?;
                    require_known(&name, &value)?;
                    others.insert(name)
                }
            };
            if !is_new {
                return Err(A::Error::custom("duplicate member"));
            }
        }
        Ok(self)
    }
}

fn key_id<E: Error>(id: Cow<'_, str>) -> Result<String, E> {
    if id.len() > MAX_KEY_ID_BYTES || id.contains(char::is_control) {
        return Err(E::custom("a long key ID"));
    }
    Ok(id.into_owned())
}

/// RFC 7515 §4.1.11: no extension is understood here. RFC 7797 §7: a JWT is never unencoded. Registered parameters (§4.1) that are not looked at have
/// the type that they should have all the same.
fn require_known<E: Error>(name: &str, value: &Value) -> Result<(), E> {
    let is_right = match name {
        "crit" | "b64" => false,
        "cty" | "jku" | "x5t" | "x5t#S256" | "x5u" => value.is_string(),
        "jwk" => value.is_object(),
        "x5c" => value.as_array().is_some_and(|chain| chain.iter().all(Value::is_string)),
        _ => true,
    };
    if is_right { Ok(()) } else { Err(E::custom("a parameter that is not accepted")) }
}

impl Typ {
    fn parse(value: &Value) -> Result<Self, InvalidToken> {
        let typ = value.as_str().ok_or(InvalidToken::WrongType)?;
        const MEDIA: &str = "application/";
        let is_media = typ.get(..MEDIA.len()).is_some_and(|start| start.eq_ignore_ascii_case(MEDIA));
        let typ = if is_media { typ.get(MEDIA.len()..).unwrap_or_default() } else { typ };
        if typ.eq_ignore_ascii_case("at+jwt") {
            Ok(Self::AtJwt)
        } else if typ.eq_ignore_ascii_case("jwt") {
            Ok(Self::Jwt)
        } else {
            Err(InvalidToken::WrongType)
        }
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use serde_json::Value;

    use super::{Algorithm, InvalidToken, MAX_KEY_ID_BYTES, MAX_OBJECTS, ProtectedHeader, Typ};
    use crate::json::parse_object_of;
    use crate::token::CompactJws;

    type Read = (Option<Algorithm>, Option<String>, &'static str);

    fn read(header: &str) -> Result<Read, InvalidToken> {
        let token = format!("{}.e30.AA", URL_SAFE_NO_PAD.encode(header));
        let header = ProtectedHeader::parse(&CompactJws::parse(&token)?)?;
        let typ = match header.typ {
            Typ::Absent => "",
            Typ::AtJwt => "at+jwt",
            Typ::Jwt => "jwt",
        };
        Ok((header.algorithm, header.key_id, typ))
    }

    /// By way of a tree, and of lists of what there is.
    fn read_slowly(header: &str) -> Result<Read, InvalidToken> {
        let members = parse_object_of(header.as_bytes(), MAX_OBJECTS);
        let members = members.map_err(|_| InvalidToken::MalformedHeader)?;
        let is_right = members.iter().all(|(name, value)| match name.as_str() {
            "crit" | "b64" => false,
            "alg" | "cty" | "jku" | "x5t" | "x5t#S256" | "x5u" => value.is_string(),
            "kid" => value
                .as_str()
                .is_some_and(|id| id.len() <= MAX_KEY_ID_BYTES && !id.chars().any(char::is_control)),
            "jwk" => value.is_object(),
            "x5c" => value.as_array().is_some_and(|chain| chain.iter().all(Value::is_string)),
            _ => true,
        });
        let text = |name| members.get(name).and_then(Value::as_str);
        let algorithm = text("alg").filter(|_| is_right).ok_or(InvalidToken::MalformedHeader)?;
        let typ = match members.get("typ") {
            None => "",
            Some(typ) => match typ.as_str().unwrap_or_default().to_ascii_lowercase().as_str() {
                "at+jwt" | "application/at+jwt" => "at+jwt",
                "jwt" | "application/jwt" => "jwt",
                _ => return Err(InvalidToken::WrongType),
            },
        };
        Ok((Algorithm::from_name(algorithm), text("kid").map(str::to_owned), typ))
    }

    #[test]
    fn is_read_as_strictly_as_by_way_of_a_tree() {
        let names = [
            "alg",
            "kid",
            "typ",
            "crit",
            "b64",
            "cty",
            "jku",
            "x5t",
            "x5t#S256",
            "x5u",
            "jwk",
            "x5c",
            "x",
            "y",
            "\\u0061lg",
            "k\\u0069d",
        ];
        let values = [
            "\"ES256\"",
            "\"Ed25519\"",
            "\"none\"",
            "\"JWT\"",
            "\"Application/AT+JWT\"",
            "\"a\\u0000\"",
            "\"\\ud800\"",
            "\"k\\/1\"",
            "1",
            "1e400",
            "null",
            "true",
            "{}",
            "[]",
            "[\"a\",\"b\"]",
            "[\"a\",1]",
            "{\"a\":{\"b\":1}}",
            "{\"a\":1,\"a\":2}",
            "[{\"a\":1,\"\\u0061\":2}]",
            "[[",
            "\"open",
        ];
        let long = format!("\"{}\"", "k".repeat(MAX_KEY_ID_BYTES));
        let longer = format!("\"{}\"", "k".repeat(MAX_KEY_ID_BYTES + 1));
        let objects = |count| format!("[{}]", vec!["{\"a\":1}"; count].join(","));
        let (many, more) = (objects(MAX_OBJECTS - 1), objects(MAX_OBJECTS));
        let values: Vec<&str> = values.into_iter().chain([&*long, &*longer, &*many, &*more]).collect();
        let (mut seed, mut accepted) = (1_u64, 0);
        let mut random = |bound: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (seed >> 33) as usize % bound
        };
        for _ in 0..30_000 {
            let mut header = ["{\"alg\":\"ES256\"", "{\"alg\":\"ES256\"", "{\"z\":1"][random(3)].to_owned();
            for _ in 0..random(4) {
                header += &format!(", \"{}\" :{}", names[random(names.len())], values[random(values.len())]);
            }
            header += ["}", "}", "}", "} ", "}x", ""][random(6)];
            let expected = read_slowly(&header);
            accepted += usize::from(expected.is_ok());
            assert_eq!(read(&header), expected, "{header}");
        }
        assert!(accepted > 3_000, "{accepted}");
    }
}
