//! What is refused here and nowhere else, each by its rule, as something that can be seen in the token.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use oauth2_guard::{Clock, InvalidToken, SystemClock};
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

use crate::tokens::lenient;

/// Whether the rule behind `reason` can be seen to be broken by `token`.
pub(crate) fn explains(reason: InvalidToken, token: &str) -> bool {
    let header = |name: &str| lenient(token, 0).and_then(|header| header.get(name).cloned());
    let claim = |name: &str| lenient(token, 1).and_then(|claims| claims.get(name).cloned());
    let date = |name: &str| claim(name).as_ref().and_then(Value::as_f64);
    match reason {
        // RFC 7515 §4.1.11, RFC 7797 §7; §4: no member twice; and key IDs are short.
        InvalidToken::MalformedHeader => {
            header("crit").is_some()
                || header("b64").is_some()
                || header("kid").is_some_and(|id| id.as_str().is_none_or(|id| id.len() > 256))
                || ["cty", "jku"].iter().any(|name| header(name).is_some_and(|value| !value.is_string()))
                || header("jwk").is_some_and(|value| !value.is_object())
                || header("x5c")
                    .is_some_and(|value| value.as_array().is_none_or(|all| !all.iter().all(Value::is_string)))
                || has_doubles(token, 0)
        }
        // RFC 8725 §3.11.
        InvalidToken::WrongType => header("typ").is_some_and(|typ| !is_jwt_type(&typ)),
        // RFC 7519 §4: no claim twice.
        InvalidToken::Malformed => has_doubles(token, 1),
        // RFC 7519 §4.1: a claim that is there has its type.
        InvalidToken::MistypedClaim("aud") => claim("aud").is_some_and(|aud| !is_audience(&aud)),
        InvalidToken::MistypedClaim(name @ ("exp" | "nbf" | "iat")) => {
            date(name).is_none_or(|date| date < 0.0)
        }
        InvalidToken::MistypedClaim(name) => {
            claim(name).is_some_and(|value| value.as_str().is_none_or(str::is_empty))
        }
        InvalidToken::ForbiddenClaim(name) => date(name).is_some_and(|date| date > 253_402_300_799.0),
        InvalidToken::IssuedInFuture => date("iat").is_some_and(|date| date > now() + 60.0),
        InvalidToken::SenderConstrained => claim("cnf").is_some(),
        InvalidToken::NotAnAccessToken => {
            ["at_hash", "c_hash", "events"].iter().any(|name| claim(name).is_some())
        }
        _ => false,
    }
}

/// Whether `token` is one that is meant to be accepted here and that `jsonwebtoken` does not read: the name `Ed25519` (RFC
/// 9864), a JWK in the header (which is not looked at here) that it knows nothing of, or a `zip`, which a JWS has not.
pub(crate) fn is_wider(token: &str) -> bool {
    let Some(header) = lenient(token, 0) else { return false };
    header["alg"] == "Ed25519" || header.contains_key("jwk") || header.contains_key("zip")
}

fn is_jwt_type(typ: &Value) -> bool {
    ["jwt", "at+jwt", "application/jwt", "application/at+jwt"]
        .iter()
        .any(|known| typ.as_str().is_some_and(|typ| typ.eq_ignore_ascii_case(known)))
}

fn is_audience(aud: &Value) -> bool {
    aud.is_string() || aud.as_array().is_some_and(|all| !all.is_empty() && all.iter().all(Value::is_string))
}

/// Whether the segment has a top-level member twice.
fn has_doubles(token: &str, segment: usize) -> bool {
    let text = token.split('.').nth(segment).and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
    text.and_then(|text| serde_json::from_slice::<Names>(&text).ok()).is_some_and(|Names(mut names)| {
        let all = names.len();
        names.sort();
        names.dedup();
        names.len() < all
    })
}

struct Names(Vec<String>);

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Names;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Names, A::Error> {
                let mut names = Vec::new();
                while let Some((name, _)) = members.next_entry::<String, IgnoredAny>()? {
                    names.push(name);
                }
                Ok(Names(names))
            }
        }

        deserializer.deserialize_map(Members)
    }
}

fn now() -> f64 {
    SystemClock::default().now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs_f64()
}
