//! A discovery document that is not where the issuer's own address has it.

use std::sync::Arc;

use oauth2_guard::testing::{SigningKey, TokenBuilder};
use oauth2_guard::{Algorithm, BuildError, Provider, ResourceServer};
use oauth2_guard_tests::canned::Canned;
use serde_json::json;

use crate::waiting::status;

const ISSUER: &str = "https://sso.example.com/realms/dev";
const DOCUMENT: &str = "http://keycloak:8080/realms/dev/.well-known/openid-configuration";
const KEYS: &str = "http://keycloak:8080/realms/dev/certs";

struct Setup {
    key: Arc<SigningKey>,
    canned: Canned,
}

impl Setup {
    fn new(issuer: &str, document: &str, keys: &str) -> Self {
        let key = Arc::new(SigningKey::generate(Algorithm::RS256, "1"));
        let canned = Canned::default();
        canned.says(document, json!({"issuer": issuer, "jwks_uri": keys}).to_string());
        canned.says(keys, json!({"keys": [key.jwk()]}).to_string());
        Self { key, canned }
    }

    async fn build(&self, provider: Provider) -> Result<ResourceServer, BuildError> {
        let provider = provider.audience("api").name("p");
        ResourceServer::builder().provider(provider).fetch(self.canned.clone()).build().await
    }

    async fn refusal(&self, provider: Provider) -> String {
        let message = self.build(provider).await.unwrap_err().to_string();
        message.strip_prefix("provider `p`: ").unwrap().to_owned()
    }

    fn token(&self, issuer: &str) -> TokenBuilder {
        TokenBuilder::new(issuer, "api", Arc::clone(&self.key))
    }
}

fn container() -> Provider {
    Provider::discover(ISSUER).discovery_url(DOCUMENT).insecure_http("keycloak")
}

#[tokio::test]
async fn is_asked_and_no_other() {
    let setup = Setup::new(ISSUER, DOCUMENT, KEYS);
    let server = setup.build(container()).await.unwrap();
    assert_eq!(setup.canned.asked(), [DOCUMENT, KEYS]);
    assert_eq!(status(&server, &setup.token(ISSUER).build()).await, 200);
    // The issuer is what it was, wherever its document is.
    assert_eq!(status(&server, &setup.token("http://keycloak:8080/realms/dev").build()).await, 401);
}

#[tokio::test]
async fn its_issuer_must_be_the_configured_one() {
    for issuer in
        ["http://keycloak:8080/realms/dev", "https://sso.example.com/realms/dev/", "https://evil.example"]
    {
        let setup = Setup::new(issuer, DOCUMENT, KEYS);
        let message = setup.refusal(container()).await;
        let expected =
            format!("the keys could not be fetched: the `issuer` in {DOCUMENT} is not the configured one");
        assert!(message.starts_with(&expected), "{message}");
        assert_eq!(setup.canned.asked(), [DOCUMENT]);
    }
}

#[tokio::test]
async fn that_is_not_there_is_looked_for_nowhere_else() {
    let setup = Setup::new(
        ISSUER,
        &format!("{ISSUER}/.well-known/openid-configuration"),
        "https://sso.example.com/certs",
    );
    let message = setup.refusal(container()).await;
    assert!(message.contains(&format!("there is no discovery document at {DOCUMENT}: ")), "{message}");
    assert_eq!(setup.canned.asked(), [DOCUMENT]);
    assert!(setup.build(Provider::discover(ISSUER)).await.is_ok());
}

#[tokio::test]
async fn serves_providers_that_are_known_by_name() {
    let setup = Setup::new(ISSUER, DOCUMENT, KEYS);
    let keycloak = Provider::keycloak("https://sso.example.com", "dev");
    let server = setup.build(keycloak.discovery_url(DOCUMENT).insecure_http("keycloak")).await.unwrap();
    assert_eq!(status(&server, &setup.token(ISSUER).claim("typ", "Bearer").build()).await, 200);
    assert_eq!(setup.canned.asked(), [DOCUMENT, KEYS]);
}

#[tokio::test]
async fn is_https_as_are_the_keys_that_it_names() {
    let insecure = "it must be https; for a host that only this machine reaches, say `.insecure_http(host)`";
    let setup = Setup::new(ISSUER, DOCUMENT, KEYS);
    let message = setup.refusal(Provider::discover(ISSUER).discovery_url(DOCUMENT)).await;
    assert_eq!(message, format!("the address of its discovery document is not accepted: {insecure}"));
    for (url, reason) in [
        ("", "it must be an https URL"),
        ("keycloak/document", "it must be an https URL"),
        ("https://user:canary@sso.example.com/document", "it must not hold a user name or password"),
    ] {
        let message = setup.refusal(Provider::discover(ISSUER).discovery_url(url)).await;
        let expected = format!("the address of its discovery document is not accepted: {reason}");
        assert!(message.starts_with(&expected) && !message.contains("canary"), "{message}");
    }
    assert!(setup.canned.asked().is_empty());

    // What came over https leads nowhere but to https.
    let https = "https://internal.example.com/document";
    let setup = Setup::new(ISSUER, https, KEYS);
    let message =
        setup.refusal(Provider::discover(ISSUER).discovery_url(https).insecure_http("keycloak")).await;
    assert!(message.contains("is no discovery document with a `jwks_uri` over https"), "{message}");
    let setup = Setup::new(ISSUER, https, "https://internal.example.com/keys");
    assert!(setup.build(Provider::discover(ISSUER).discovery_url(https)).await.is_ok());
}

#[tokio::test]
async fn is_for_a_provider_that_is_discovered() {
    let setup = Setup::new(ISSUER, DOCUMENT, KEYS);
    let jwks = json!({"keys": [setup.key.jwk()]}).to_string();
    for provider in [
        Provider::with_jwks(ISSUER, jwks),
        Provider::with_jwks_url(ISSUER, "https://sso.example.com/certs"),
        Provider::with_key_file(ISSUER, "/keys"),
        Provider::cognito("eu-central-1", "eu-central-1_AbCdEfGhI"),
    ] {
        let message = setup.refusal(provider.discovery_url("https://sso.example.com/document")).await;
        assert_eq!(
            message,
            "its keys are not found by discovery: leave `.discovery_url(..)` out, or say `Provider::discover(issuer)`"
        );
    }
}
