//! What is refused here and nowhere else, each by its rule, as something that can be seen in the token.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use oauth2_guard::{Clock, InvalidToken, SystemClock};
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

/// Whether `token` is one that is meant to be accepted here and that `jsonwebtoken` does not know: the name `Ed25519` (RFC
/// 9864), or a header parameter that nothing here depends on, of a type that it must not have.
pub(crate) fn is_wider(token: &str) -> bool {
    let Some(header) = lenient(token, 0) else { return false };
    let wrong = |name: &str, right: fn(&Value) -> bool| header.get(name).is_some_and(|value| !right(value));
    header["alg"] == "Ed25519"
        || wrong("cty", Value::is_string)
        || wrong("jku", Value::is_string)
        || wrong("jwk", |value| value["kty"].is_string())
        || wrong("x5c", |value| value.as_array().is_some_and(|chain| chain.iter().all(Value::is_string)))
        || wrong("zip", Value::is_string)
}

fn is_jwt_type(typ: &Value) -> bool {
    ["jwt", "at+jwt", "application/jwt", "application/at+jwt"]
        .iter()
        .any(|known| typ.as_str().is_some_and(|typ| typ.eq_ignore_ascii_case(known)))
}

fn is_audience(aud: &Value) -> bool {
    aud.is_string() || aud.as_array().is_some_and(|all| !all.is_empty() && all.iter().all(Value::is_string))
}

/// Whether the segment has a member twice: then writing what was read makes it shorter.
fn has_doubles(token: &str, segment: usize) -> bool {
    let text = token.split('.').nth(segment).and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
    let read = lenient(token, segment).map(Value::Object);
    read.zip(text).is_some_and(|(read, text)| read.to_string().len() < text.len())
}

fn now() -> f64 {
    SystemClock::default().now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs_f64()
}
