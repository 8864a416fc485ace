//! What the page on coming here from `jsonwebtoken` says of it: the tokens that it takes unless more is written, and that are refused here.

use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{DecodingKey, Validation, decode, decode_header};
use oauth2_guard::testing::{SigningKey, TokenBuilder};
use oauth2_guard::{Algorithm, Provider, Reason, ResourceServer};
use serde_json::{Value, json};

const ISSUER: &str = "https://login.example.com";
const AUDIENCE: &str = "https://api.example.com";

/// As it is written by hand: the issuer and the audience are set, and nothing else.
fn theirs(token: &str, jwk: &Value) -> bool {
    let Ok(header) = decode_header(token) else { return false };
    let mut validation = Validation::new(header.alg);
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[AUDIENCE]);
    let jwk: Jwk = serde_json::from_value(jwk.clone()).expect("a JWK");
    let key = DecodingKey::from_jwk(&jwk).expect("a key");
    decode::<Value>(token, &key, &validation).is_ok()
}

/// `with` is a key of another ID, so that there is one that can be used.
async fn ours(token: &str, jwk: &Value) -> Result<(), Reason> {
    let with = SigningKey::generate(Algorithm::ES256, "another");
    let jwks = json!({"keys": [jwk, with.jwk()]}).to_string();
    let provider = Provider::with_jwks(ISSUER, jwks).audience(AUDIENCE);
    let server = ResourceServer::builder().provider(provider).build().await.unwrap();
    server.verify(token).await.map(|_| ()).map_err(|rejection| rejection.reason().clone())
}

#[tokio::test]
async fn what_jsonwebtoken_takes_unless_more_is_written() {
    let key = std::sync::Arc::new(SigningKey::generate(Algorithm::RS256, "1"));
    let good = || TokenBuilder::new(ISSUER, AUDIENCE, std::sync::Arc::clone(&key));
    let jwk = key.jwk();
    assert!(theirs(&good().build(), &jwk));
    assert_eq!(ours(&good().build(), &jwk).await, Ok(()));
    assert!(!theirs(&good().audience("other").build(), &jwk));

    let tomorrow = json!(std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs() + 86_400);
    for (what, token) in [
        ("without `iss`", good().without("iss")),
        ("without `aud`", good().without("aud")),
        ("with a number as `iss`", good().claim("iss", 5)),
        ("with a number as `aud`", good().claim("aud", 5)),
        ("with an `nbf` that is yet to come", good().claim("nbf", tomorrow)),
        ("with `crit`", good().header("crit", json!(["exp"]))),
        ("of another `typ`", good().header("typ", "dpop+jwt")),
        ("an ID token, by its hash", good().claim("at_hash", "x")),
        ("a logout token", good().claim("events", json!({}))),
        ("bound to its sender", good().claim("cnf", json!({"jkt": "x"}))),
    ] {
        let token = token.build();
        assert!(theirs(&token, &jwk), "{what}");
        assert!(matches!(ours(&token, &jwk).await, Err(Reason::InvalidToken(_))), "{what}");
    }

    // Keys that are for something else.
    let mut for_encryption = jwk.clone();
    for_encryption["use"] = json!("enc");
    let token = good().build();
    assert!(theirs(&token, &for_encryption));
    assert!(ours(&token, &for_encryption).await.is_err());

    let pss = std::sync::Arc::new(SigningKey::generate(Algorithm::PS256, "1"));
    let token = TokenBuilder::new(ISSUER, AUDIENCE, std::sync::Arc::clone(&pss)).build();
    let mut for_pkcs1 = pss.jwk();
    assert_eq!(ours(&token, &for_pkcs1).await, Ok(()));
    for_pkcs1["alg"] = json!("RS256");
    assert!(theirs(&token, &for_pkcs1));
    assert!(ours(&token, &for_pkcs1).await.is_err());
}
