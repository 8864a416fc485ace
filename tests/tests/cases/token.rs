//! Keys and tokens of a fixed time.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RsaEncoding};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use oauth2_guard::Algorithm;
use oauth2_guard::testing::SigningKey;
use serde_json::{Map, Value, json};

/// What the clock of every case shows at first: 2027-01-15T08:00:00Z.
pub(crate) const NOW: u64 = 1_800_000_000;
pub(crate) const ISSUER: &str = "https://login.example.com";
pub(crate) const AUDIENCE: &str = "https://guarded.example.com";

/// The key of this name, which is its key ID; made once.
pub(crate) fn key(algorithm: Algorithm, name: &'static str) -> Arc<SigningKey> {
    type Keys = HashMap<(Algorithm, &'static str), Arc<SigningKey>>;
    static KEYS: LazyLock<Mutex<Keys>> = LazyLock::new(Mutex::default);

    let mut keys = KEYS.lock().unwrap();
    let made = keys.entry((algorithm, name));
    Arc::clone(made.or_insert_with(|| Arc::new(SigningKey::generate(algorithm, name))))
}

pub(crate) fn es256() -> Arc<SigningKey> {
    key(Algorithm::ES256, "canary-es256")
}

pub(crate) fn rs256() -> Arc<SigningKey> {
    key(Algorithm::RS256, "canary-rs256")
}

pub(crate) fn ed25519() -> Arc<SigningKey> {
    key(Algorithm::EdDSA, "canary-ed25519")
}

/// A token that is accepted until something of it is changed. All that is in it is a canary: nobody else says it.
#[derive(Clone)]
pub(crate) struct Token {
    key: Arc<SigningKey>,
    header: Map<String, Value>,
    claims: Map<String, Value>,
}

impl Token {
    pub(crate) fn of(key: &Arc<SigningKey>) -> Self {
        let header = json!({"alg": key.algorithm().name(), "kid": key.id(), "typ": "at+jwt"});
        let claims = json!({
            "iss": ISSUER,
            "sub": "canary-subject",
            "aud": AUDIENCE,
            "exp": NOW + 300,
            "iat": NOW,
            "jti": "canary-token-id",
            "client_id": "canary-client",
            "scope": "canary-scope",
        });
        let members = |value: Value| value.as_object().unwrap().clone();
        Self { key: Arc::clone(key), header: members(header), claims: members(claims) }
    }

    pub(crate) fn header(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.header.insert(name.to_owned(), value.into());
        self
    }

    pub(crate) fn without_header(mut self, name: &str) -> Self {
        self.header.remove(name);
        self
    }

    pub(crate) fn claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.claims.insert(name.to_owned(), value.into());
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.claims.remove(name);
        self
    }

    /// Signed by another key than the header names.
    pub(crate) fn signed_by(mut self, key: &Arc<SigningKey>) -> Self {
        self.key = Arc::clone(key);
        self
    }

    pub(crate) fn build(&self) -> String {
        self.key.sign(self.header_text(), self.payload_text())
    }

    pub(crate) fn header_text(&self) -> String {
        serde_json::to_string(&self.header).unwrap()
    }

    pub(crate) fn payload_text(&self) -> String {
        serde_json::to_string(&self.claims).unwrap()
    }

    /// With this text as header, whatever it says.
    pub(crate) fn with_header_text(&self, header: impl AsRef<[u8]>) -> String {
        self.key.sign(header, self.payload_text())
    }

    /// With these bytes as payload, whatever they say.
    pub(crate) fn with_payload(&self, payload: impl AsRef<[u8]>) -> String {
        self.key.sign(self.header_text(), payload)
    }

    /// With this JSON as the value of a claim, to the letter.
    pub(crate) fn with_raw_claim(&self, name: &str, json: &str) -> String {
        let others = self.clone().without(name).payload_text();
        self.with_payload(format!("{{\"{name}\":{json},{}", &others[1..]))
    }

    /// What is signed.
    pub(crate) fn signing_input(&self) -> String {
        format!("{}.{}", base64url(self.header_text()), base64url(self.payload_text()))
    }

    /// With these bytes as signature.
    pub(crate) fn with_signature(&self, signature: impl AsRef<[u8]>) -> String {
        format!("{}.{}", self.signing_input(), base64url(signature))
    }
}

pub(crate) fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn decoded(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}

/// Header, payload and signature of a compact token.
pub(crate) fn segments(token: &str) -> [&str; 3] {
    token.split('.').collect::<Vec<_>>().try_into().unwrap()
}

/// A JWK with a member of another value.
pub(crate) fn with(jwk: &Value, name: &str, value: impl Into<Value>) -> Value {
    let mut jwk = jwk.clone();
    jwk[name] = value.into();
    jwk
}

/// A JWK without a member.
pub(crate) fn lacking(jwk: &Value, name: &str) -> Value {
    let mut jwk = jwk.clone();
    jwk.as_object_mut().unwrap().remove(name);
    jwk
}

/// An RSA key that signs in every way.
pub(crate) struct AnyRsa(RsaKeyPair);

pub(crate) static ANY_RSA: LazyLock<AnyRsa> =
    LazyLock::new(|| AnyRsa(RsaKeyPair::generate(KeySize::Rsa2048).unwrap()));

impl AnyRsa {
    pub(crate) const ID: &'static str = "canary-any-rsa";

    pub(crate) fn jwk(&self) -> Value {
        let public = self.0.public_key();
        json!({
            "kty": "RSA",
            "kid": Self::ID,
            "n": base64url(public.modulus().big_endian_without_leading_zero()),
            "e": base64url(public.exponent().big_endian_without_leading_zero()),
        })
    }

    pub(crate) fn sign(&self, token: &Token, encoding: &'static dyn RsaEncoding) -> String {
        let mut signature = vec![0; self.0.public_modulus_len()];
        let input = token.signing_input();
        self.0.sign(encoding, &SystemRandom::new(), input.as_bytes(), &mut signature).unwrap();
        token.with_signature(signature)
    }

    pub(crate) fn encrypting_key(&self) -> &RsaKeyPair {
        &self.0
    }
}
