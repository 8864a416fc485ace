//! A token that was never seen, against the bare check of its signature: `cargo bench --bench verification`.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a measurement fails by panicking"
)]

use std::hint::black_box;

use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use oauth2_guard::testing::SigningKey;
use oauth2_guard::{Algorithm, ResourceServer};
use oauth2_guard_benches::{Subject, compare, now, provider, token};
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    for algorithm in [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA] {
        let key = SigningKey::generate(algorithm, "2026-11-signing-key");
        let other = |algorithm| SigningKey::generate(algorithm, "other").jwk();
        let jwk = key.jwk();
        let jwks = json!({"keys": [other(Algorithm::RS256), other(Algorithm::ES256), jwk]}).to_string();
        let server = ResourceServer::builder().provider(provider(jwks)).build().await.expect("a server");

        let token = token(key).build();
        let (input, signature) = token.rsplit_once('.').expect("a signature");
        let signature = decode(signature);
        let raw = public_key(algorithm, &jwk);

        let title =
            format!("{algorithm}, a token of {} bytes, against the bare check of its signature", token.len());
        compare(
            &title,
            vec![
                Subject::new("aws-lc-rs, signature only", || {
                    raw.verify_sig(black_box(input.as_bytes()), &signature).expect("a valid signature");
                }),
                Subject::new("ResourceServer::verify", || {
                    black_box(now(server.verify(black_box(&token))).expect("a valid token"));
                }),
            ],
        );
    }
}

fn public_key(algorithm: Algorithm, jwk: &Value) -> ParsedPublicKey {
    let member = |name: &str| decode(jwk[name].as_str().expect("a member"));
    match algorithm {
        Algorithm::RS256 => PublicKeyComponents { n: member("n"), e: member("e") }
            .to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256)
            .expect("a key"),
        Algorithm::ES256 => {
            let point = [vec![4], member("x"), member("y")].concat();
            ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).expect("a key")
        }
        _ => ParsedPublicKey::new(&ED25519, member("x")).expect("a key"),
    }
}

fn decode(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).expect("base64url")
}
