//! What the verdict should be, decided as simply as can be and with none of the library's code: which signed tokens of the shared
//! secret are good.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::{AUDIENCE, ISSUER, NOW};

const LEEWAY: f64 = 60.0;
const LATEST: f64 = 253_402_300_799.0;

/// Whether a token with this header and these claims, properly signed, is to be accepted.
pub fn accepts(header: &[u8], claims: &[u8]) -> bool {
    match (object(header), object(claims)) {
        (Some(header), Some(claims)) => header_is_good(&header) && claims_are_good(&claims),
        _ => false,
    }
}

fn header_is_good(header: &[(String, Json)]) -> bool {
    let kid = match get(header, "kid") {
        None => true,
        Some(Json::Text(kid)) => kid.len() <= 256 && !kid.chars().any(char::is_control),
        Some(_) => false,
    };
    let typ = match get(header, "typ") {
        None => true,
        Some(Json::Text(typ)) => {
            let typ = typ.to_ascii_lowercase();
            ["jwt", "at+jwt", "application/jwt", "application/at+jwt"].contains(&typ.as_str())
        }
        Some(_) => false,
    };
    let text = |name: &str| matches!(get(header, name), None | Some(Json::Text(_)));
    let chain = match get(header, "x5c") {
        None => true,
        Some(Json::List(all)) => all.iter().all(|one| matches!(one, Json::Text(_))),
        Some(_) => false,
    };
    let types = ["cty", "jku", "x5t", "x5t#S256", "x5u"].into_iter().all(text)
        && chain
        && matches!(get(header, "jwk"), None | Some(Json::Object(_)));
    let alg = matches!(get(header, "alg"), Some(Json::Text(alg)) if alg == "HS256");
    alg && kid && typ && types && get(header, "crit").is_none() && get(header, "b64").is_none()
}

fn claims_are_good(claims: &[(String, Json)]) -> bool {
    let text = |name: &str| match get(claims, name) {
        None => true,
        Some(Json::Text(text)) => !text.is_empty(),
        Some(_) => false,
    };
    let is = |value: &Json, expected: &str| matches!(value, Json::Text(text) if text == expected);
    let audience = match get(claims, "aud") {
        Some(Json::List(all)) => {
            all.iter().all(|one| matches!(one, Json::Text(_))) && all.iter().any(|one| is(one, AUDIENCE))
        }
        Some(one) => is(one, AUDIENCE),
        None => false,
    };
    let now = NOW as f64;
    let starts = |name: &str| match get(claims, name) {
        None => true,
        Some(Json::Number(date)) => *date >= 0.0 && date.ceil() <= now + LEEWAY,
        Some(_) => false,
    };
    let ends = matches!(
        get(claims, "exp"),
        Some(Json::Number(date)) if date.floor() <= LATEST && *date >= 0.0 && now < date.floor() + LEEWAY
    );
    get(claims, "iss").is_some_and(|iss| is(iss, ISSUER))
        && audience
        && ends
        && starts("nbf")
        && starts("iat")
        && ["sub", "jti", "client_id"].into_iter().all(text)
        && ["cnf", "events", "at_hash", "c_hash"].into_iter().all(|name| get(claims, name).is_none())
}

enum Json {
    Other,
    Number(f64),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

fn get<'a>(object: &'a [(String, Json)], name: &str) -> Option<&'a Json> {
    object.iter().find(|(member, _)| member == name).map(|(_, value)| value)
}

/// The members of an object in which, at no depth, there are two of one name.
fn object(text: &[u8]) -> Option<Vec<(String, Json)>> {
    match serde_json::from_slice(text).ok()? {
        json @ Json::Object(_) if json.is_unambiguous() => match json {
            Json::Object(members) => Some(members),
            _ => None,
        },
        _ => None,
    }
}

impl Json {
    fn is_unambiguous(&self) -> bool {
        match self {
            Self::List(all) => all.iter().all(Self::is_unambiguous),
            Self::Object(members) => members.iter().enumerate().all(|(index, (name, value))| {
                value.is_unambiguous() && members[..index].iter().all(|(other, _)| other != name)
            }),
            Self::Other | Self::Number(_) | Self::Text(_) => true,
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;

        impl<'de> Visitor<'de> for Any {
            type Value = Json;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("JSON")
            }

            fn visit_unit<E>(self) -> Result<Json, E> {
                Ok(Json::Other)
            }

            fn visit_bool<E>(self, _: bool) -> Result<Json, E> {
                Ok(Json::Other)
            }

            fn visit_u64<E>(self, number: u64) -> Result<Json, E> {
                Ok(Json::Number(number as f64))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Json, E> {
                Ok(Json::Number(number as f64))
            }

            fn visit_f64<E>(self, number: f64) -> Result<Json, E> {
                Ok(Json::Number(number))
            }

            fn visit_str<E>(self, text: &str) -> Result<Json, E> {
                Ok(Json::Text(text.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Json, A::Error> {
                let mut list = Vec::new();
                while let Some(element) = elements.next_element()? {
                    list.push(element);
                }
                Ok(Json::List(list))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Json, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = entries.next_entry()? {
                    members.push(member);
                }
                Ok(Json::Object(members))
            }
        }

        deserializer.deserialize_any(Any)
    }
}
