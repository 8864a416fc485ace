//! Tokens from one fixed seed: a third as they should be, the rest changed in one to three ways.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use oauth2_guard::testing::SigningKey;
use oauth2_guard::{Clock, SystemClock};
use serde_json::{Map, Value, json};

use crate::{AUDIENCE, ISSUER};

pub(crate) struct Tokens<'a> {
    keys: &'a [SigningKey],
    now: u64,
    state: u64,
}

/// The text of a JSON object, which may have a member twice.
type Members = Vec<(String, Value)>;

impl<'a> Tokens<'a> {
    pub(crate) fn new(keys: &'a [SigningKey]) -> Self {
        let now = SystemClock::default().now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
        Self { keys, now, state: 0x0a02 }
    }

    pub(crate) fn next(&mut self) -> String {
        let key = self.below(self.keys.len() + 4);
        let key = &self.keys[if key < self.keys.len() { key } else { 0 }];
        let mut header = members(&json!({"alg": key.algorithm().name(), "kid": key.id(), "typ": "at+jwt"}));
        let mut claims = members(&json!({
            "iss": ISSUER, "aud": AUDIENCE, "exp": self.now + 3600, "iat": self.now, "sub": "alice", "jti": "1",
            "client_id": "client", "scope": "read write",
        }));
        let mut signer = key;
        let mut mangled = false;
        let changes = self.below(6).saturating_sub(1).min(3);
        for _ in 0..changes {
            match self.below(10) {
                0 | 1 => self.change_header(&mut header),
                2..=6 => self.change_claims(&mut claims),
                7 => self.double(&mut header),
                8 => self.double(&mut claims),
                _ if self.below(2) == 0 => signer = &self.keys[self.below(self.keys.len())],
                _ => mangled = true,
            }
        }
        let token = signer.sign(text(&header), text(&claims));
        if mangled { self.mangle(&token) } else { token }
    }

    fn change_header(&mut self, header: &mut Members) {
        let names = ["alg", "kid", "typ", "crit", "b64", "cty", "zip", "jku", "x5c", "jwk", "p2c", "custom"];
        let name = names[self.below(names.len())];
        let value = match (name, self.below(3)) {
            ("alg", 0..=1) => {
                self.one_of(&["none", "RS256", "ES256", "EdDSA", "HS256", "PS256", "rs256", "Ed25519", ""])
            }
            ("kid", 0..=1) => self.one_of(&["EdDSA-1", "ES256-1", "RS256-1", "unknown", "", "EDDSA-1"]),
            ("typ", 0..=1) => self.one_of(&[
                "JWT",
                "jwt",
                "at+jwt",
                "application/at+jwt",
                "JOSE",
                "dpop+jwt",
                "",
                "logout+jwt",
            ]),
            ("crit", 0..=1) => json!(["exp"]),
            _ => self.any_value(),
        };
        self.put(header, name, value);
    }

    fn change_claims(&mut self, claims: &mut Members) {
        let names = [
            "iss",
            "aud",
            "exp",
            "nbf",
            "iat",
            "sub",
            "jti",
            "client_id",
            "cnf",
            "at_hash",
            "c_hash",
            "events",
            "scope",
            "nonce",
            "custom",
        ];
        let name = names[self.below(names.len())];
        let value = match (name, self.below(4)) {
            ("iss", 0..=1) => {
                self.one_of(&[ISSUER, "https://login.example.com/", "https://evil.example", ""])
            }
            ("aud", 0) => self.one_of(&[AUDIENCE, "other", "API", ""]),
            ("aud", 1) => json!([self.one_of(&[AUDIENCE, "other"]), self.one_of(&[AUDIENCE, "other"])]),
            ("aud", 2) => json!([AUDIENCE, self.any_value()]),
            // Well away from where the leeway ends: the two look at the clock one after the other.
            ("exp" | "nbf" | "iat", 0) => json!(self.now - 30),
            ("exp" | "nbf" | "iat", 1) => json!(self.now + 30),
            ("exp" | "nbf" | "iat", 2) => {
                let far =
                    [self.now as f64 - 600.5, self.now as f64 + 600.5, 0.5, 1e11, 1e12, 1e18, -1.0, 1e300];
                json!(far[self.below(far.len())])
            }
            ("exp" | "nbf" | "iat", _) if self.below(2) == 0 => {
                let far = [0, self.now - 600, self.now + 600, 253_402_300_799, 253_402_300_800, u64::MAX];
                json!(far[self.below(far.len())])
            }
            _ => self.any_value(),
        };
        self.put(claims, name, value);
    }

    /// In place, at the end, or not at all.
    fn put(&mut self, members: &mut Members, name: &str, value: Value) {
        let position = members.iter().position(|(member, _)| member == name);
        match position {
            Some(position) if self.below(5) == 0 => drop(members.remove(position)),
            Some(position) => members[position].1 = value,
            None => members.push((name.to_owned(), value)),
        }
    }

    fn double(&mut self, members: &mut Members) {
        let (name, value) = members[self.below(members.len())].clone();
        let value = if self.below(2) == 0 { value } else { self.any_value() };
        let at = self.below(members.len() + 1);
        members.insert(at, (name, value));
    }

    fn mangle(&mut self, token: &str) -> String {
        let mut bytes = token.as_bytes().to_vec();
        let at = self.below(bytes.len());
        let byte = b"AZaz09-_.=+/ ~"[self.below(14)];
        match self.below(6) {
            0 => bytes[at] = byte,
            1 => bytes.insert(at, byte),
            2 => drop(bytes.remove(at)),
            3 => bytes.truncate(at),
            4 => bytes.push(byte),
            // Bits of the last character that mean nothing in a signature of 64 or 256 bytes.
            _ => *bytes.last_mut().unwrap() = byte,
        }
        String::from_utf8(bytes).unwrap()
    }

    fn any_value(&mut self) -> Value {
        let values = [
            json!(null),
            json!(true),
            json!(false),
            json!(0),
            json!(-1),
            json!(1.5),
            json!(self.now),
            json!(""),
            json!("x"),
            json!("api"),
            json!([]),
            json!(["x"]),
            json!(["api"]),
            json!([1]),
            json!({}),
            json!({"a": {"b": 1}}),
            json!([["api"]]),
            json!("9999999999"),
            json!("x".repeat(300)),
        ];
        values[self.below(values.len())].clone()
    }

    fn one_of(&mut self, texts: &[&str]) -> Value {
        json!(texts[self.below(texts.len())])
    }

    fn below(&mut self, bound: usize) -> usize {
        // SplitMix64.
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % bound as u64) as usize
    }
}

fn members(object: &Value) -> Members {
    object.as_object().unwrap().clone().into_iter().collect()
}

fn text(members: &Members) -> String {
    let members: Vec<_> = members.iter().map(|(name, value)| format!("{}:{value}", json!(name))).collect();
    format!("{{{}}}", members.join(","))
}

/// A segment of a token, read as leniently as may be: the last of two members counts.
pub(crate) fn lenient(token: &str, segment: usize) -> Option<Map<String, Value>> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(segment)?).ok()?).ok()
}

/// The same token, signed again, without what makes it wider.
pub(crate) fn narrower(token: &str, keys: &[SigningKey]) -> String {
    let mut header = lenient(token, 0).unwrap();
    header.remove("jwk");
    header.remove("zip");
    let key = keys.iter().find(|key| match header.get("kid") {
        Some(kid) => kid == key.id(),
        None => header["alg"] == key.algorithm().name() || header["alg"] == "Ed25519",
    });
    let key = key.unwrap();
    header.insert("alg".to_owned(), key.algorithm().name().into());
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
    key.sign(Value::Object(header).to_string(), claims)
}
