//! A token that was never seen, against the bare check of its signature: `cargo bench --bench verify`.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a measurement fails by panicking"
)]

use std::hint::black_box;

use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256,
    RSA_PSS_2048_8192_SHA256,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use oauth2_guard::{Algorithm, ResourceServer};
use oauth2_guard_benches::tokens::{key, provider, token};
use oauth2_guard_benches::{Subject, compare, now};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let algorithms = [
        (Algorithm::RS256, Some("<= 1.10")),
        (Algorithm::ES256, Some("<= 1.03")),
        (Algorithm::EdDSA, Some("<= 1.04")),
        (Algorithm::PS256, None),
        (Algorithm::ES384, None),
    ];
    for (algorithm, target) in algorithms {
        let key = key(algorithm);
        let server = ResourceServer::builder()
            .provider(provider(&key))
            .without_cache()
            .build()
            .await
            .expect("a server");

        let token = token(&key).build();
        let (input, signature) = token.rsplit_once('.').expect("a signature");
        let signature = decode(signature);
        let raw = public_key(algorithm, &key.jwk());

        let title =
            format!("{algorithm}, a token of {} bytes, against the bare check of its signature", token.len());
        let verified = Subject::new("ResourceServer::verify", || {
            black_box(now(server.verify(black_box(&token))).expect("a valid token"));
        });
        compare(
            &title,
            vec![
                Subject::new("aws-lc-rs, signature only", || {
                    raw.verify_sig(black_box(input.as_bytes()), &signature).expect("a valid signature");
                }),
                match target {
                    Some(target) => verified.target(target),
                    None => verified,
                },
            ],
        );
    }
}

fn public_key(algorithm: Algorithm, jwk: &Value) -> ParsedPublicKey {
    let member = |name: &str| decode(jwk[name].as_str().expect("a member"));
    let rsa = || PublicKeyComponents { n: member("n"), e: member("e") };
    let point = || [vec![4], member("x"), member("y")].concat();
    match algorithm {
        Algorithm::RS256 => rsa().to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256),
        Algorithm::PS256 => rsa().to_parsed_public_key(&RSA_PSS_2048_8192_SHA256),
        Algorithm::ES256 => ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point()),
        Algorithm::ES384 => ParsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, point()),
        _ => ParsedPublicKey::new(&ED25519, member("x")),
    }
    .expect("a key")
}

fn decode(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).expect("base64url")
}
