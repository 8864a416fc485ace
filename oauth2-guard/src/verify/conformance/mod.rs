//! Public test vectors, held against the steps below the claims: what they sign is no claims set.
//!
//! They are read where they lie, in `../shared/vectors` beside the project or where `OAUTH2_GUARD_VECTORS` says; its `NOTES.md`
//! has their origin and their licences. Where they are not, each test says that it is skipped, and fails with `CI=true`.
//! `cargo test -p oauth2-guard conformance -- --nocapture` prints what became of how many cases.

mod cookbook;
mod jsontestsuite;
mod report;
mod rfc;
mod wycheproof;
mod wycheproof_jwk;
mod wycheproof_jws;
mod wycheproof_raw;

use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::{env, fs, io, thread};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::header::ProtectedHeader;
use super::{Algorithm, InvalidToken, choose_key, verify_signature};
use crate::clock::SystemClock;
use crate::error::BuildError;
use crate::fetch::HttpFetch;
use crate::provider::{Provider, TrustedProvider, Trusting};
use crate::token::CompactJws;

/// The folder of the vectors.
struct Vectors(PathBuf);

impl Vectors {
    /// `None`, once that is said, where there is no such folder.
    fn find() -> Option<Self> {
        let folder = env::var_os("OAUTH2_GUARD_VECTORS").map_or_else(|| PathBuf::from(BESIDE), PathBuf::from);
        let found = Self::find_in(folder, env::var("CI").is_ok_and(|ci| ci == "true"));
        if let Err(why) = &found {
            // Past the harness, which keeps to itself what a test that passes prints.
            let line = format!("skipped {}: {why}\n", thread::current().name().unwrap_or_default());
            io::stderr().write_all(line.as_bytes()).unwrap();
        }
        found.ok()
    }

    fn find_in(folder: PathBuf, required: bool) -> Result<Self, String> {
        if folder.is_dir() {
            return Ok(Self(folder));
        }
        assert!(!required, "CI=true and there are no test vectors in {}", folder.display());
        Err(format!("there are no test vectors in {}", folder.display()))
    }

    fn json(&self, path: &str) -> Value {
        let path = self.0.join(path);
        let text = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    fn files(&self, folder: &str) -> BTreeSet<String> {
        let entries = fs::read_dir(self.0.join(folder)).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }
}

const BESIDE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/vectors");

const ISSUER: &str = "https://login.example.com";

/// Of nobody's, where any will do.
const SECRET: &[u8; 32] = b"thirty-two bytes that are secret";

/// As [`verify`](super::verify), up to the claims.
fn verify_jws(token: &str, provider: &TrustedProvider) -> Result<Vec<u8>, InvalidToken> {
    let jws = CompactJws::parse(token)?;
    let header = ProtectedHeader::parse(&jws)?;
    let keys = provider.keys.current();
    verify_signature(choose_key(provider, &keys, &jws, Some(&header))?, &keys, &jws)?.0.payload()
}

fn trust(provider: Provider) -> Result<TrustedProvider, BuildError> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let trusting = Trusting {
        names: Arc::new([]),
        issuers: Arc::new([]),
        are_several: false,
        roles: Arc::default(),
        clock: Arc::new(SystemClock),
        fetch: Arc::new(HttpFetch::default()),
        revoking: None,
    };
    runtime.block_on(provider.audience("api").trust(&trusting, false))
}

/// That of one key: the key set that holds it or, where it is a secret, the secret.
fn provider(jwk: &Value, allowed: Algorithm) -> Provider {
    match &jwk["k"] {
        Value::String(secret) => Provider::with_shared_secret(ISSUER, base64url(secret)),
        _ => key_set(&json!([jwk])),
    }
    .algorithms([allowed])
}

fn key_set(keys: &Value) -> Provider {
    Provider::with_jwks(ISSUER, json!({ "keys": keys }).to_string())
}

fn public(jwk: &Value) -> Value {
    let mut public = jwk.clone();
    public.as_object_mut().unwrap().retain(|name, _| {
        ["kty", "kid", "use", "key_ops", "alg", "n", "e", "crv", "x", "y"].contains(&name.as_str())
    });
    public
}

fn base64url(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}

fn algorithm(name: &Value) -> Algorithm {
    name.as_str().and_then(Algorithm::from_name).unwrap_or_else(|| panic!("{name} is no algorithm"))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

fn array(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("{value} is no array"))
}

#[test]
fn without_vectors_a_test_is_skipped() {
    let why = Vectors::find_in(PathBuf::from("/nonexistent"), false).err();
    assert_eq!(why.as_deref(), Some("there are no test vectors in /nonexistent"));
}

#[test]
#[should_panic(expected = "CI=true and there are no test vectors in /nonexistent")]
fn without_vectors_continuous_integration_fails() {
    let _ = Vectors::find_in(PathBuf::from("/nonexistent"), true);
}
