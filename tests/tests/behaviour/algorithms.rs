//! Every algorithm is verified, and only as the key and the provider have it.

use axum::Router;
use axum::routing::get;
use oauth2_guard::testing::{SigningKey, TokenBuilder};
use oauth2_guard::{Algorithm, Provider, ResourceServer};
use oauth2_guard_tests::{Api, World};
use serde_json::json;

const ISSUER: &str = "https://login.example.com";
const NOT_ALLOWED: &str = "the token's algorithm is not allowed for its issuer";
const NOT_OF_KEY: &str = "the token's algorithm is not that of the key it names";
const BAD_SIGNATURE: &str = "the token's signature is wrong";

async fn api(provider: Provider) -> Api {
    let server =
        ResourceServer::builder().provider(provider.audience("api")).verbose().build().await.unwrap();
    Api::serve(Router::new().route("/", get(|| async {})).layer(server.layer())).await
}

fn jwks<'a>(keys: impl IntoIterator<Item = &'a SigningKey>) -> String {
    json!({"keys": keys.into_iter().map(SigningKey::jwk).collect::<Vec<_>>()}).to_string()
}

#[tokio::test]
async fn every_asymmetric_algorithm_is_accepted_by_default_with_its_own_key_only() {
    let world = World::with_algorithms(Algorithm::ASYMMETRIC).await;
    let server = world.server_with(|builder| builder.verbose(), |provider| provider).await;
    let api = Api::serve(Router::new().route("/", get(|| async {})).layer(server.layer())).await;
    for algorithm in Algorithm::ASYMMETRIC {
        let token = world.token().algorithm(algorithm);
        assert_eq!(api.get(token.build()).await.status, 200, "{algorithm}");
        for other in Algorithm::ASYMMETRIC.into_iter().filter(|other| *other != algorithm) {
            // The header names the key's ID and another algorithm, or signs with another key.
            api.get(token.clone().header("alg", other.name()).build()).await.assert_invalid_token(NOT_OF_KEY);
            let foreign = token.clone().signed_by(world.issuer.key(other)).build();
            api.get(foreign).await.assert_invalid_token(BAD_SIGNATURE);
        }
    }
}

#[tokio::test]
async fn only_allowed_algorithms_are_accepted() {
    let world = World::with_algorithms([Algorithm::ES256, Algorithm::EdDSA]).await;
    let server = world
        .server_with(|builder| builder.verbose(), |provider| provider.algorithms([Algorithm::EdDSA]))
        .await;
    let api = Api::serve(Router::new().route("/", get(|| async {})).layer(server.layer())).await;
    assert_eq!(api.get(world.token().algorithm(Algorithm::EdDSA).build()).await.status, 200);
    api.get(world.token().algorithm(Algorithm::ES256).build()).await.assert_invalid_token(NOT_ALLOWED);
}

#[tokio::test]
async fn names_are_compared_to_the_letter_and_there_is_no_none() {
    let key = SigningKey::generate(Algorithm::ES256, "1");
    let api = api(Provider::with_jwks(ISSUER, jwks([&key]))).await;
    let token = TokenBuilder::new(ISSUER, "api", key);
    assert_eq!(api.get(token.build()).await.status, 200);
    for alg in [
        "none",
        "None",
        "NONE",
        "nOnE",
        "",
        "es256",
        "ES256 ",
        " ES256",
        "ES２５６",
        "ES521",
        "ES224",
        "ES256K",
        "RS1",
        "HS1",
        "RSA-SHA1",
        "ML-DSA-44",
        "dir",
        "RSA-OAEP",
        "RSA1_5",
        "Ed448",
    ] {
        let token = token.clone().header("alg", alg).build();
        api.get(&token).await.assert_invalid_token(NOT_ALLOWED);
        // And with an empty signature, which has two segments and a dot.
        let unsigned = &token[..=token.rfind('.').unwrap()];
        api.get(unsigned).await.assert_invalid_token("the token is not a well-formed JWT");
    }
    for alg in [json!(null), json!(5), json!(["ES256"]), json!({"x": "ES256"}), json!(true)] {
        api.get(token.clone().header("alg", alg).build())
            .await
            .assert_invalid_token("the token's header is not accepted");
    }
    api.get(token.without_header("alg").build())
        .await
        .assert_invalid_token("the token's header is not accepted");
}

#[tokio::test]
async fn ed25519_is_another_spelling_of_eddsa() {
    let key = SigningKey::generate(Algorithm::EdDSA, "1");
    let mut jwk = key.jwk();
    jwk["alg"] = json!("Ed25519");
    let api = api(Provider::with_jwks(ISSUER, json!({"keys": [jwk]}).to_string())).await;
    let token = TokenBuilder::new(ISSUER, "api", key);
    assert_eq!(api.get(token.build()).await.status, 200);
    assert_eq!(api.get(token.clone().header("alg", "Ed25519").build()).await.status, 200);
    api.get(token.header("alg", "Ed448").build()).await.assert_invalid_token(NOT_ALLOWED);
}

#[tokio::test]
async fn a_public_key_is_never_a_shared_secret() {
    let rsa = SigningKey::generate(Algorithm::RS256, "1");
    let ec = SigningKey::generate(Algorithm::ES256, "2");
    let api = api(Provider::with_jwks(ISSUER, jwks([&rsa, &ec]))).await;
    let jwk = |key: &SigningKey| key.jwk().to_string().into_bytes();
    let n = rsa.jwk()["n"].as_str().unwrap().as_bytes().to_vec();
    for (secret, id) in
        [(jwk(&rsa), "1"), (jwk(&ec), "2"), (n, "1"), (vec![], "1"), (vec![0; 32], "2"), (b"1".to_vec(), "1")]
    {
        for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
            let forged = TokenBuilder::new(ISSUER, "api", SigningKey::secret(algorithm, id, &secret));
            api.get(forged.build()).await.assert_invalid_token(NOT_ALLOWED);
            // Nor when the header says what the key is for.
            let named = forged.header("alg", if id == "1" { "RS256" } else { "ES256" }).build();
            api.get(named).await.assert_invalid_token(BAD_SIGNATURE);
        }
    }
    assert_eq!(api.get(TokenBuilder::new(ISSUER, "api", rsa).build()).await.status, 200);
}

#[tokio::test]
async fn a_shared_secret_serves_its_own_algorithm() {
    for (algorithm, length) in [(Algorithm::HS256, 32), (Algorithm::HS384, 48), (Algorithm::HS512, 64)] {
        let secret: Vec<u8> = (0..length).collect();
        let api = api(Provider::with_shared_secret(ISSUER, secret.clone()).algorithms([algorithm])).await;
        let token = TokenBuilder::new(ISSUER, "api", SigningKey::secret(algorithm, "any", &secret));
        assert_eq!(api.get(token.build()).await.status, 200);
        assert_eq!(api.get(token.clone().without_header("kid").build()).await.status, 200);

        let other = SigningKey::secret(algorithm, "any", &[7; 64]);
        api.get(token.clone().signed_by(other).build()).await.assert_invalid_token(BAD_SIGNATURE);
        let other = if algorithm == Algorithm::HS256 { Algorithm::HS384 } else { Algorithm::HS256 };
        let token = TokenBuilder::new(ISSUER, "api", SigningKey::secret(other, "any", &secret));
        api.get(token.build()).await.assert_invalid_token(NOT_ALLOWED);
    }
}

#[tokio::test]
async fn a_changed_byte_anywhere_is_refused() {
    let key = SigningKey::generate(Algorithm::ES256, "1");
    let api = api(Provider::with_jwks(ISSUER, jwks([&key]))).await;
    let token = TokenBuilder::new(ISSUER, "api", key).build();
    assert_eq!(api.get(&token).await.status, 200);
    for index in 0..token.len() {
        let mut changed = token.clone().into_bytes();
        changed[index] = if changed[index] == b'A' { b'B' } else { b'A' };
        assert_eq!(api.get(String::from_utf8(changed).unwrap()).await.status, 401, "byte {index}");
    }
}
