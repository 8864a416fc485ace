//! Where a configuration says that keys are.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use oauth2_guard::testing::{SigningKey, TestClock, TokenBuilder};
use oauth2_guard::{Algorithm, BuildError, Clock, Config, ResourceServer};
use oauth2_guard_tests::canned::Canned;
use oauth2_guard_tests::pem::PemKey;
use serde_json::{Value, json};

use crate::waiting::at_once;

const ISSUER: &str = "https://login.example.com";
const SECRET: &str = "canary-c3VwZXItc2VjcmV0LWNhbmFyeS0x";

/// With what is said of the keys in TOML.
async fn build(keys: &str, clock: &TestClock, canned: &Canned) -> Result<ResourceServer, BuildError> {
    let toml = format!("[providers.staff]\nissuer = \"{ISSUER}\"\naudience = \"api\"\n{keys}");
    let builder = toml::from_str::<Config>(&toml).unwrap().into_builder()?;
    builder.clock(clock.clone()).fetch(canned.clone()).build().await
}

async fn refusal(keys: &str) -> String {
    build(keys, &TestClock::new(), &Canned::default()).await.unwrap_err().to_string()
}

fn jwks(key: &SigningKey) -> Value {
    json!({"keys": [key.jwk()]})
}

#[tokio::test]
async fn keys_come_from_one_source_and_serve_no_token_of_another() {
    let key = Arc::new(SigningKey::generate(Algorithm::ES256, "1"));
    let secret = Arc::new(SigningKey::secret(Algorithm::HS256, "1", SECRET.as_bytes()));
    let foreign = Arc::new(SigningKey::generate(Algorithm::ES256, "1"));
    let files = [jwks(&key).to_string(), format!("{SECRET}\n"), format!("{SECRET}\r\n"), SECRET.to_owned()];
    let files: Vec<_> =
        files.iter().enumerate().map(|(index, text)| TemporaryFile::new(index, text)).collect();
    let clock = TestClock::new();

    let canned = Canned::default();
    canned.says("https://keys.example.com/", jwks(&key).to_string());
    let document = json!({"issuer": ISSUER, "jwks_uri": "https://keys.example.com/"}).to_string();
    canned.says("https://inside.example.com/discovery", document.clone());
    let discovered = Canned::default();
    discovered.says("https://keys.example.com/", jwks(&key).to_string());
    discovered.says(&format!("{ISSUER}/.well-known/openid-configuration"), document);

    for (keys, canned, signer) in [
        (String::new(), &discovered, &key),
        ("jwks_url = \"https://keys.example.com/\"".to_owned(), &canned, &key),
        ("discovery_url = \"https://inside.example.com/discovery\"".to_owned(), &canned, &key),
        (format!("jwks = '{}'", jwks(&key)), &canned, &key),
        (format!("key_file = '{}'", files[0].path()), &canned, &key),
        (format!("shared_secret = \"{SECRET}\""), &canned, &secret),
        (format!("shared_secret_file = '{}'", files[1].path()), &canned, &secret),
        (format!("shared_secret_file = '{}'", files[2].path()), &canned, &secret),
        (format!("shared_secret_file = '{}'", files[3].path()), &canned, &secret),
    ] {
        let server = build(&keys, &clock, canned).await.unwrap();
        let token =
            |key: &Arc<SigningKey>| TokenBuilder::new(ISSUER, "api", Arc::clone(key)).issued_at(clock.now());
        assert_eq!(at_once(&server, &token(signer).build()).await, 200, "{keys}");
        assert_eq!(at_once(&server, &token(&foreign).build()).await, 401, "{keys}");
    }
}

#[tokio::test]
async fn a_public_key_is_written_in_several_lines() {
    let (key, clock) = (PemKey::generate(Algorithm::ES256), TestClock::new());
    let pem = format!("pem = \"\"\"\n{}\"\"\"", key.public());
    let server = build(&pem, &clock, &Canned::default()).await.unwrap();
    let any = Arc::new(SigningKey::generate(Algorithm::ES256, "1"));
    let token = TokenBuilder::new(ISSUER, "api", any).issued_at(clock.now());
    assert_eq!(at_once(&server, &key.sign(&token)).await, 200);
    assert_eq!(at_once(&server, &token.build()).await, 401);
}

#[tokio::test]
async fn a_source_that_cannot_be_used_is_an_error_that_shows_nothing_of_it() {
    for (keys, expected) in [
        (
            "shared_secret = \"canary\"",
            "provider `staff`: its secret must have 32 random bytes at the least for HS256",
        ),
        (
            "shared_secret_file = \"/nowhere/canary\"",
            "`providers.staff.shared_secret_file` names no file that can be read: ",
        ),
        ("jwks = \"canary\"", "provider `staff`: its key set cannot be used: "),
        ("pem = \"canary\"", "provider `staff`: its PEM cannot be used: "),
        ("key_file = \"/nowhere/keys\"", "provider `staff`: the keys could not be fetched: "),
        ("jwks_url = \"http://a.example\"", "provider `staff`: the address of its key set is not accepted: "),
        (
            "key_file = \"a\"\npem = \"b\"",
            "`providers.staff.pem` and `providers.staff.key_file` are two sources",
        ),
        (
            "discovery_url = \"https://a.example\"\njwks_url = \"https://b.example\"",
            "`providers.staff.jwks_url` and `providers.staff.discovery_url` are two sources",
        ),
    ] {
        let message = refusal(keys).await;
        assert!(message.starts_with(expected) && !message.contains("canary"), "{message}");
    }
}

/// Removed in the end.
struct TemporaryFile(PathBuf);

impl TemporaryFile {
    fn new(index: usize, content: &str) -> Self {
        let path =
            PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("config-{}-{index}", std::process::id()));
        fs::write(&path, content).unwrap();
        Self(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for TemporaryFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}
