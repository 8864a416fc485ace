//! Wycheproof: signatures of bare messages, under keys that the parser of key sets made.
//!
//! JWA has the algorithm of every group in these files, its hash and its length of salt, so that none is left out; one of
//! any other would fail.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::report::Report;
use super::wycheproof::is_valid;
use super::{Vectors, array, text};
use crate::jwks::KeySet;
use crate::verify::Algorithm;

#[test]
fn ecdsa_signatures_are_those_of_fixed_length() {
    let Some(vectors) = Vectors::find() else { return };
    let built = [
        verify_file(&vectors, "ecdsa_secp256r1_sha256_p1363_test", 173, 89),
        verify_file(&vectors, "ecdsa_secp384r1_sha384_p1363_test", 193, 87),
        verify_file(&vectors, "ecdsa_secp521r1_sha512_p1363_test", 231, 87),
    ];
    assert_eq!(built.iter().sum::<usize>(), 27, "groups without a JWK");
}

#[test]
fn ed25519_signatures_are_those_of_rfc_8032() {
    let Some(vectors) = Vectors::find() else { return };
    verify_file(&vectors, "ed25519_test", 88, 63);
}

#[test]
fn rsa_signatures_are_those_of_pkcs1_to_the_letter() {
    let Some(vectors) = Vectors::find() else { return };
    verify_file(&vectors, "rsa_signature_2048_sha256_test", 9, 250);
    verify_file(&vectors, "rsa_signature_2048_sha384_test", 7, 251);
    verify_file(&vectors, "rsa_signature_2048_sha512_test", 8, 251);
    verify_file(&vectors, "rsa_signature_3072_sha256_test", 8, 251);
    verify_file(&vectors, "rsa_signature_4096_sha512_test", 7, 252);
}

#[test]
fn pss_signatures_have_the_salt_and_the_hash_of_their_algorithm() {
    let Some(vectors) = Vectors::find() else { return };
    verify_file(&vectors, "rsa_pss_2048_sha256_mgf1_32_test", 63, 45);
    verify_file(&vectors, "rsa_pss_2048_sha384_mgf1_48_test", 95, 46);
    verify_file(&vectors, "rsa_pss_3072_sha256_mgf1_32_test", 63, 45);
    verify_file(&vectors, "rsa_pss_4096_sha384_mgf1_48_test", 95, 46);
    verify_file(&vectors, "rsa_pss_4096_sha512_mgf1_64_test", 132, 47);
}

/// How many of its keys had to be built, for want of a JWK.
fn verify_file(vectors: &Vectors, file: &str, accepted: usize, refused: usize) -> usize {
    let content = vectors.json(&format!("wycheproof/{file}.json"));
    let mut report = Report::new(file, &[]);
    let groups = array(&content["testGroups"]);
    for group in groups {
        let algorithm = algorithm(group);
        let jwk = jwk(group).cloned().unwrap_or_else(|| ec_jwk(&group["publicKey"]));
        let set = json!({ "keys": [jwk] }).to_string();
        let keys = KeySet::parse(set.as_bytes(), &[algorithm]);
        let key = keys.as_ref().ok().and_then(|keys| keys.select(jwk["kid"].as_str(), algorithm).ok());
        for test in array(&group["tests"]) {
            let (message, signature) = (hex(&test["msg"]), hex(&test["sig"]));
            let outcome = match key {
                Some(key) => key.verify_bytes(&message, &signature).map_err(|reason| reason.as_str()),
                None => Err("no_key"),
            };
            report.record(&test["tcId"], is_valid(test), outcome);
        }
    }
    report.finish(&[("accepted", accepted), ("bad_signature", refused)]);
    groups.iter().filter(|group| jwk(group).is_none()).count()
}

fn jwk(group: &Value) -> Option<&Value> {
    group.get("publicKeyJwk").or_else(|| group.get("keyJwk"))
}

/// The one of JWA (RFC 7518 §3.3 to §3.5, RFC 8037 §3.1).
fn algorithm(group: &Value) -> Algorithm {
    let key = &group["publicKey"];
    let described: Vec<_> = [&group["type"], &group["sha"], &key["curve"], &group["mgf"], &group["mgfSha"]]
        .into_iter()
        .filter_map(Value::as_str)
        .collect();
    match (described.as_slice(), group["sLen"].as_u64()) {
        (["EcdsaP1363Verify", "SHA-256", "secp256r1"], None) => Algorithm::ES256,
        (["EcdsaP1363Verify", "SHA-384", "secp384r1"], None) => Algorithm::ES384,
        (["EcdsaP1363Verify", "SHA-512", "secp521r1"], None) => Algorithm::ES512,
        (["EddsaVerify", "edwards25519"], None) => Algorithm::EdDSA,
        (["RsassaPkcs1Verify", "SHA-256"], None) => Algorithm::RS256,
        (["RsassaPkcs1Verify", "SHA-384"], None) => Algorithm::RS384,
        (["RsassaPkcs1Verify", "SHA-512"], None) => Algorithm::RS512,
        (["RsassaPssVerify", "SHA-256", "MGF1", "SHA-256"], Some(32)) => Algorithm::PS256,
        (["RsassaPssVerify", "SHA-384", "MGF1", "SHA-384"], Some(48)) => Algorithm::PS384,
        (["RsassaPssVerify", "SHA-512", "MGF1", "SHA-512"], Some(64)) => Algorithm::PS512,
        other => panic!("JWA has no algorithm of {other:?}"),
    }
}

fn ec_jwk(key: &Value) -> Value {
    let (crv, length) = match text(&key["curve"]) {
        "secp256r1" => ("P-256", 32),
        "secp384r1" => ("P-384", 48),
        "secp521r1" => ("P-521", 66),
        other => panic!("JWA has no curve {other}"),
    };
    let coordinate = |integer| {
        let padded = [vec![0; length], hex(integer)].concat();
        URL_SAFE_NO_PAD.encode(padded.rchunks(length).next().unwrap())
    };
    json!({ "kty": "EC", "crv": crv, "x": coordinate(&key["wx"]), "y": coordinate(&key["wy"]) })
}

fn hex(digits: &Value) -> Vec<u8> {
    let (pairs, rest) = text(digits).as_bytes().as_chunks::<2>();
    assert!(rest.is_empty(), "{digits} is no hex");
    pairs.iter().map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}
