//! Keys in a file, which something else writes: they live as fetched ones do.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use oauth2_guard::fetch::MAX_BODY_BYTES;
use oauth2_guard::testing::{SigningKey, TestClock, TokenBuilder};
use oauth2_guard::{Algorithm, BuildError, Clock, KeyState, Provider, ResourceServer};
use oauth2_guard_tests::pem::PemKey;
use serde_json::{Value, json};

use crate::waiting::{at_once, status};

const ISSUER: &str = "https://internal.example.com";
const COOL_DOWN: Duration = Duration::from_secs(30);
const FRESH: Duration = Duration::from_secs(10 * 60);
const HOUR: Duration = Duration::from_secs(60 * 60);

struct Setup {
    clock: TestClock,
    path: PathBuf,
}

impl Setup {
    /// With a folder of its own, empty at first.
    fn new(test: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("key_files").join(test);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        Self { clock: TestClock::new(), path: folder.join("keys") }
    }

    fn write(&self, text: impl AsRef<[u8]>) {
        fs::write(&self.path, text).unwrap();
    }

    fn holds(&self, keys: &[&SigningKey]) {
        self.write(jwks(&keys.iter().map(|key| key.jwk()).collect::<Vec<_>>()));
    }

    async fn build_at(&self, path: &Path) -> Result<ResourceServer, BuildError> {
        let provider = Provider::with_key_file(ISSUER, path).audience("api").name("p");
        ResourceServer::builder().clock(self.clock.clone()).provider(provider).build().await
    }

    async fn server(&self) -> ResourceServer {
        self.build_at(&self.path).await.unwrap()
    }

    async fn refusal(&self) -> String {
        let error = self.build_at(&self.path).await.unwrap_err();
        assert!(!error.is_temporary());
        let message = error.to_string().replace(self.path.to_str().unwrap(), "FILE");
        message.strip_prefix("provider `p`: the keys could not be fetched: ").unwrap().to_owned()
    }

    fn of(&self, key: &Arc<SigningKey>) -> TokenBuilder {
        TokenBuilder::new(ISSUER, "api", Arc::clone(key)).issued_at(self.clock.now())
    }

    fn token(&self, key: &Arc<SigningKey>) -> String {
        self.of(key).build()
    }
}

fn jwks(keys: &[Value]) -> String {
    json!({ "keys": keys }).to_string()
}

fn key(id: &str) -> Arc<SigningKey> {
    Arc::new(SigningKey::generate(Algorithm::ES256, id))
}

/// Lets a read that is under way end.
async fn settle(server: &ResourceServer) {
    while server.readiness().providers()[0].keys() != KeyState::Fresh {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn it_holds_a_jwk_set() {
    let setup = Setup::new("jwk_set");
    let [one, other] = [key("1"), key("2")];
    setup.write(format!("\n {}\n", jwks(&[one.jwk(), other.jwk()])));
    let server = setup.server().await;
    assert_eq!(at_once(&server, &setup.token(&one)).await, 200);
    assert_eq!(at_once(&server, &setup.token(&other)).await, 200);
    assert_eq!(status(&server, &setup.token(&key("1"))).await, 401);
}

#[tokio::test]
async fn or_pem_whose_key_serves_any_key_id() {
    let setup = Setup::new("pem");
    let pair = PemKey::generate(Algorithm::ES256);
    for text in [pair.public(), pair.certificate(), format!("The key of 2026:\n{}", pair.public())] {
        setup.write(text);
        let server = setup.server().await;
        let token = || setup.of(&key("any"));
        assert_eq!(at_once(&server, &pair.sign(&token())).await, 200);
        assert_eq!(at_once(&server, &pair.sign(&token().without_header("kid"))).await, 200);
        assert_eq!(status(&server, &PemKey::generate(Algorithm::ES256).sign(&token())).await, 401);
    }
}

#[tokio::test]
async fn a_lone_key_without_an_id_serves_any_and_one_with_an_id_its_own() {
    let setup = Setup::new("lone");
    let signer = key("1");
    let mut jwk = signer.jwk();
    setup.write(jwks(&[jwk.clone()]));
    let server = setup.server().await;
    assert_eq!(status(&server, &setup.of(&signer).header("kid", "other").build()).await, 401);
    jwk.as_object_mut().unwrap().remove("kid");
    setup.write(jwks(&[jwk]));
    let server = setup.server().await;
    assert_eq!(at_once(&server, &setup.of(&signer).header("kid", "other").build()).await, 200);
}

#[tokio::test]
async fn it_is_read_again_as_its_keys_age_and_what_left_it_verifies_nothing() {
    let setup = Setup::new("age");
    let [old, new] = [key("1"), key("2")];
    setup.holds(&[&old]);
    let server = setup.server().await;
    setup.holds(&[&new]);
    assert_eq!(at_once(&server, &setup.token(&old)).await, 200);
    setup.clock.advance(FRESH);
    assert_eq!(at_once(&server, &setup.token(&old)).await, 200);
    settle(&server).await;
    assert_eq!(at_once(&server, &setup.token(&new)).await, 200);
    assert_eq!(at_once(&server, &setup.token(&old)).await, 401);
}

#[tokio::test]
async fn it_is_read_again_when_a_token_names_an_unknown_key_once_in_a_cool_down() {
    let setup = Setup::new("unknown");
    let [old, new] = [key("1"), key("2")];
    setup.holds(&[&old]);
    let server = setup.server().await;
    setup.holds(&[&old, &new]);
    assert_eq!(at_once(&server, &setup.token(&new)).await, 401);
    setup.clock.advance(COOL_DOWN);
    assert_eq!(status(&server, &setup.token(&new)).await, 200);
    assert_eq!(at_once(&server, &setup.token(&old)).await, 200);
}

#[tokio::test]
async fn another_form_may_take_its_place() {
    let setup = Setup::new("forms");
    let old = key("1");
    setup.holds(&[&old]);
    let server = setup.server().await;
    let pair = PemKey::generate(Algorithm::ES256);
    setup.write(pair.public());
    setup.clock.advance(FRESH);
    assert_eq!(at_once(&server, &setup.token(&old)).await, 200);
    settle(&server).await;
    assert_eq!(at_once(&server, &pair.sign(&setup.of(&old))).await, 200);
    assert_eq!(status(&server, &setup.token(&old)).await, 401);
}

#[tokio::test]
async fn a_broken_or_vanished_file_replaces_nothing_and_it_heals() {
    let private = PemKey::generate(Algorithm::ES256).private();
    let good = key("1");
    let whole = jwks(&[good.jwk()]);
    for text in [
        None,
        Some(String::new()),
        Some(whole[..whole.len() - 2].to_owned()),
        Some(jwks(&[])),
        Some("-----BEGIN PUBLIC KEY-----\n".to_owned()),
        Some(private),
        Some(format!("{whole}{}", " ".repeat(MAX_BODY_BYTES))),
    ] {
        let setup = Setup::new("broken");
        setup.write(&whole);
        let server = setup.server().await;
        match &text {
            Some(text) => setup.write(text),
            None => fs::remove_file(&setup.path).unwrap(),
        }
        setup.clock.advance(COOL_DOWN);
        assert_eq!(status(&server, &setup.token(&key("2"))).await, 503, "{text:?}");
        assert_eq!(at_once(&server, &setup.token(&good)).await, 200, "{text:?}");
        let error = server.readiness().providers()[0].last_error().unwrap().to_owned();
        assert!(error.contains(setup.path.to_str().unwrap()), "{error}");
        setup.clock.advance(HOUR);
        assert_eq!(status(&server, &setup.token(&good)).await, 503, "{text:?}");
        setup.write(&whole);
        setup.clock.advance(COOL_DOWN);
        assert_eq!(status(&server, &setup.token(&good)).await, 200, "{text:?}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_it_is_an_error_of_the_start_that_names_it() {
    let setup = Setup::new("start");
    let message = setup.refusal().await;
    assert!(message.starts_with("the file `FILE` could not be read: No such file"), "{message}");
    let private = PemKey::generate(Algorithm::ES256).private();
    for (text, expected) in [
        ("", "it is neither a JWK Set nor PEM"),
        ("keys", "it is neither a JWK Set nor PEM"),
        ("{", "it is no JWK Set"),
        (r#"{"keys":[]}"#, "it has no key"),
        ("-----BEGIN PUBLIC KEY-----\n", "its PEM block is broken"),
        (&*private, "it is a private key"),
    ] {
        setup.write(text);
        let message = setup.refusal().await;
        assert!(message.starts_with(&format!("the file `FILE` cannot be used: {expected}")), "{message}");
        assert!(!message.contains(private.lines().nth(1).unwrap()));
    }
    setup.write(" ".repeat(MAX_BODY_BYTES + 1));
    assert_eq!(setup.refusal().await, "the file `FILE` could not be read: it has more than 524288 bytes");
    let error = setup.build_at(Path::new("")).await.unwrap_err();
    assert!(error.to_string().starts_with("provider `p`: the path of its key file is empty"), "{error}");
}

/// Neither ever ends.
#[cfg(unix)]
#[tokio::test]
async fn what_is_no_regular_file_is_not_read() {
    let setup = Setup::new("irregular");
    for path in [Path::new("/dev/zero"), setup.path.parent().unwrap()] {
        let error = setup.build_at(path).await.unwrap_err().to_string();
        let expected = format!("the file `{}` could not be read: it is no regular file", path.display());
        assert!(error.ends_with(&expected), "{error}");
    }
}

/// As mounted secrets are: a link to a folder, which is replaced whole.
#[cfg(unix)]
#[tokio::test]
async fn a_link_that_moves_is_followed() {
    let setup = Setup::new("link");
    let folder = setup.path.parent().unwrap();
    let keys = [key("1"), key("2")];
    for (name, key) in ["a", "b"].into_iter().zip(&keys) {
        fs::create_dir(folder.join(name)).unwrap();
        fs::write(folder.join(name).join("jwks.json"), jwks(&[key.jwk()])).unwrap();
    }
    let links = |name: &str| {
        std::os::unix::fs::symlink(name, folder.join("new")).unwrap();
        fs::rename(folder.join("new"), folder.join("data")).unwrap();
    };
    links("a");
    let server = setup.build_at(&folder.join("data/jwks.json")).await.unwrap();
    links("b");
    setup.clock.advance(COOL_DOWN);
    assert_eq!(status(&server, &setup.token(&keys[1])).await, 200);
    assert_eq!(status(&server, &setup.token(&keys[0])).await, 401);
}
