//! Which key of a set verifies which token.

use axum::Router;
use axum::routing::get;
use oauth2_guard::testing::{SigningKey, TokenBuilder};
use oauth2_guard::{Algorithm, BuildError, Provider, ResourceServer};
use oauth2_guard_tests::Api;
use serde_json::{Value, json};

const ISSUER: &str = "https://login.example.com";
const UNKNOWN: &str = "the token names an unknown key";

async fn server(keys: &[Value]) -> Result<ResourceServer, BuildError> {
    let provider = Provider::with_jwks(ISSUER, json!({ "keys": keys }).to_string()).audience("api");
    ResourceServer::builder().provider(provider).verbose().build().await
}

async fn api(keys: &[Value]) -> Api {
    let layer = server(keys).await.unwrap().layer();
    Api::serve(Router::new().route("/", get(|| async {})).layer(layer)).await
}

fn es256(id: &str) -> SigningKey {
    SigningKey::generate(Algorithm::ES256, id)
}

fn token(key: SigningKey) -> TokenBuilder {
    TokenBuilder::new(ISSUER, "api", key)
}

fn with(jwk: &Value, name: &str, value: Value) -> Value {
    let mut jwk = jwk.clone();
    jwk[name] = value;
    jwk
}

fn without(jwk: &Value, name: &str) -> Value {
    let mut jwk = jwk.clone();
    jwk.as_object_mut().unwrap().remove(name);
    jwk
}

#[tokio::test]
async fn the_key_id_chooses_and_is_compared_to_the_letter() {
    let (one, two) = (es256("Key-1"), es256("Key-2"));
    let api = api(&[one.jwk(), two.jwk()]).await;
    let (one, two) = (token(one), token(two));
    assert_eq!(api.get(one.build()).await.status, 200);
    assert_eq!(api.get(two.build()).await.status, 200);
    api.get(one.clone().header("kid", "Key-2").build())
        .await
        .assert_invalid_token("the token's signature is wrong");
    for kid in
        ["key-1", "Key-1 ", " Key-1", "Key-", "", "0", "keys", "__proto__", "../../dev/null", "' OR 1=1 --"]
    {
        api.get(one.clone().header("kid", kid).build()).await.assert_invalid_token(UNKNOWN);
    }
}

#[tokio::test]
async fn without_a_key_id_the_only_key_of_the_algorithm_is_taken() {
    let (ec, rsa) = (es256("1"), SigningKey::generate(Algorithm::RS256, "2"));
    let api = api(&[ec.jwk(), rsa.jwk()]).await;
    assert_eq!(api.get(token(ec).without_header("kid").build()).await.status, 200);
    assert_eq!(api.get(token(rsa).without_header("kid").build()).await.status, 200);
}

#[tokio::test]
async fn without_a_key_id_several_keys_of_the_algorithm_are_none() {
    let (one, two) = (es256("1"), es256("2"));
    let api = api(&[one.jwk(), two.jwk()]).await;
    let description = "the token names no key, and more than one fits";
    api.get(token(one).without_header("kid").build()).await.assert_invalid_token(description);
    assert_eq!(api.get(token(two).build()).await.status, 200);
}

#[tokio::test]
async fn a_lone_configured_key_without_id_serves_any_id() {
    let key = es256("1");
    let nameless = without(&key.jwk(), "kid");
    assert_eq!(api(std::slice::from_ref(&nameless)).await.get(token(key).build()).await.status, 200);

    let key = es256("1");
    let two = api(&[without(&key.jwk(), "kid"), es256("2").jwk()]).await;
    two.get(token(key).build()).await.assert_invalid_token(UNKNOWN);
}

#[tokio::test]
async fn two_keys_with_one_id_are_told_apart_by_their_algorithm_or_not_used() {
    let (ec, rsa) = (es256("1"), SigningKey::generate(Algorithm::RS256, "1"));
    let both = api(&[ec.jwk(), rsa.jwk()]).await;
    assert_eq!(both.get(token(ec).build()).await.status, 200);
    assert_eq!(both.get(token(rsa).build()).await.status, 200);

    // The same key twice, however it is described, is one.
    let key = es256("1");
    let twice = api(&[key.jwk(), with(&without(&key.jwk(), "use"), "x5c", json!(["AAAA"]))]).await;
    assert_eq!(twice.get(token(key).build()).await.status, 200);

    for swapped in [false, true] {
        let (one, two, other) = (es256("1"), es256("1"), es256("2"));
        let keys =
            if swapped { [two.jwk(), one.jwk(), other.jwk()] } else { [one.jwk(), two.jwk(), other.jwk()] };
        let api = api(&keys).await;
        api.get(token(one).build()).await.assert_invalid_token(UNKNOWN);
        api.get(token(two).build()).await.assert_invalid_token(UNKNOWN);
        assert_eq!(api.get(token(other).build()).await.status, 200);
    }
}

#[tokio::test]
async fn an_rsa_key_without_alg_serves_one_algorithm() {
    for (allowed, served) in [
        (vec![Algorithm::PS256, Algorithm::RS256], Algorithm::RS256),
        (vec![Algorithm::PS384, Algorithm::PS256], Algorithm::PS384),
        (vec![Algorithm::ES256, Algorithm::RS512], Algorithm::RS512),
    ] {
        let key = SigningKey::generate(served, "1");
        let jwks = json!({"keys": [without(&key.jwk(), "alg")]}).to_string();
        let provider = Provider::with_jwks(ISSUER, jwks).audience("api").algorithms(allowed);
        let server = ResourceServer::builder().provider(provider).verbose().build().await.unwrap();
        let api = Api::serve(Router::new().route("/", get(|| async {})).layer(server.layer())).await;
        let token = token(key);
        assert_eq!(api.get(token.build()).await.status, 200, "{served}");
        let other = if served == Algorithm::RS256 { "PS256" } else { "RS256" };
        assert_eq!(api.get(token.header("alg", other).build()).await.status, 401, "{served}");
    }
}

#[tokio::test]
async fn an_unusable_key_is_skipped_and_the_others_serve() {
    let ec = es256("bad").jwk();
    let rsa = SigningKey::generate(Algorithm::RS256, "bad").jwk();
    let ed = SigningKey::generate(Algorithm::EdDSA, "bad").jwk();
    let x = ec["x"].as_str().unwrap();
    let n = rsa["n"].as_str().unwrap();
    let point_of_small_order = "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    for unusable in [
        json!({}),
        json!(5),
        json!(null),
        json!({"kty": "AKP", "kid": "bad"}),
        json!({"kty": "oct", "kid": "bad", "k": "AAAA"}),
        json!({"kty": "RSA", "kid": "bad", "x5c": ["AAAA"]}),
        with(&ec, "kty", json!(5)),
        with(&ec, "kid", json!(5)),
        with(&ec, "alg", json!(5)),
        with(&ec, "use", json!(5)),
        with(&ec, "use", json!(null)),
        with(&ec, "alg", json!(null)),
        with(&ec, "kid", json!(null)),
        with(&ec, "key_ops", json!(null)),
        with(&ec, "use", json!("enc")),
        with(&ec, "use", json!("SIG")),
        with(&ec, "key_ops", json!(["sign"])),
        with(&ec, "key_ops", json!([])),
        with(&ec, "key_ops", json!("verify")),
        with(&ec, "key_ops", json!(["verify", "verify"])),
        with(&ec, "key_ops", json!(["verify", 5])),
        with(&ec, "alg", json!("ES384")),
        with(&ec, "alg", json!("RS256")),
        with(&ec, "alg", json!("none")),
        with(&ec, "alg", json!("HS256")),
        with(&ec, "crv", json!("P-384")),
        with(&ec, "crv", json!("secp256k1")),
        with(&ec, "crv", json!("P-192")),
        with(&ec, "x", json!(format!("AA{x}"))),
        with(&ec, "x", json!(&x[..x.len() - 2])),
        with(&ec, "x", json!(format!("{x}="))),
        with(&ec, "y", json!(x)),
        with(&ec, "d", json!("AAAA")),
        without(&ec, "y"),
        without(&ec, "crv"),
        without(&ec, "kty"),
        with(&rsa, "n", json!(&n[..n.len() / 2])),
        with(&rsa, "n", json!("AA")),
        with(&rsa, "n", json!(format!("{n}{n}{n}{n}{n}"))),
        with(&rsa, "e", json!("AQ")),
        with(&rsa, "e", json!("Ag")),
        with(&rsa, "e", json!("AA")),
        with(&rsa, "e", json!("____________")),
        with(&rsa, "n", json!(n.replacen(&n[..1], "+", 1))),
        with(&rsa, "alg", json!("RSA1_5")),
        with(&rsa, "alg", json!("RSA-OAEP")),
        with(&rsa, "oth", json!([])),
        with(&rsa, "p", json!("AAAA")),
        without(&rsa, "e"),
        with(&ed, "crv", json!("X25519")),
        with(&ed, "crv", json!("Ed448")),
        with(&ed, "x", json!("AAAA")),
        with(&ed, "alg", json!("ES256")),
        with(&ed, "x", json!(point_of_small_order)),
        with(&ed, "x", json!("7P_______________________________________38")),
        with(&ed, "x", json!("7v_______________________________________38")),
    ] {
        assert!(server(std::slice::from_ref(&unusable)).await.is_err(), "{unusable}");
        let good = es256("good");
        let api = api(&[unusable.clone(), good.jwk()]).await;
        assert_eq!(api.get(token(good).build()).await.status, 200, "{unusable}");
    }
}

#[tokio::test]
async fn a_usable_key_is_used_however_little_it_says() {
    let key = es256("1");
    for jwk in [
        without(&without(&key.jwk(), "alg"), "use"),
        with(&key.jwk(), "key_ops", json!(["verify"])),
        with(&key.jwk(), "key_ops", json!(["sign", "verify"])),
        with(&key.jwk(), "x5c", json!(["whatever"])),
    ] {
        assert!(server(std::slice::from_ref(&jwk)).await.is_ok(), "{jwk}");
    }
    let rsa = SigningKey::generate(Algorithm::RS256, "1");
    let mut modulus = base64::Engine::decode(
        &base64::engine::general_purpose::URL_SAFE_NO_PAD,
        rsa.jwk()["n"].as_str().unwrap(),
    )
    .unwrap();
    modulus.insert(0, 0);
    let padded = base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, modulus);
    let api = api(&[with(&rsa.jwk(), "n", json!(padded))]).await;
    assert_eq!(api.get(token(rsa).build()).await.status, 200);
}
