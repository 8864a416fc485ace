//! Wycheproof: the tokens of its signature and its mixed file.

use super::report::{Divergence, Report};
use super::wycheproof::{EMPTY_PAYLOAD, SET_OF_SECRETS, verify_file};
use super::{ISSUER, SECRET, Vectors, array, key_set, trust, verify_jws};
use crate::provider::Provider;
use crate::verify::Algorithm;

const SIGNATURE: [Divergence; 14] = [
    ("346", "its key is of PS256 and its header of PS384: a key serves its own `alg` only"),
    ("347", "the `alg` of its key, ES521, does not exist"),
    ("350", "its key is of PS256 and its header of PS384: a key serves its own `alg` only"),
    ("351", "the `alg` of its key, ES521, does not exist"),
    ("367", "it is 357 to the letter, which is valid (C2SP/wycheproof#236)"),
    ("370", "it is 357 to the letter, which is valid (C2SP/wycheproof#236)"),
    ("372", "there is a `?` in its header, which base64url has not (RFC 7515 §2)"),
    ("373", "there is a `?` in its payload, which base64url has not (RFC 7515 §2)"),
    ("259", EMPTY_PAYLOAD),
    ("264", EMPTY_PAYLOAD),
    ("268", EMPTY_PAYLOAD),
    ("272", EMPTY_PAYLOAD),
    ("320", EMPTY_PAYLOAD),
    ("325", EMPTY_PAYLOAD),
];

const CRYPTO: [Divergence; 2] = [
    ("46", "weak primes of the ROCA kind are not looked for: it is for issuers not to have such a key"),
    ("48", SET_OF_SECRETS),
];

#[test]
fn tokens_are_accepted_as_the_signature_file_expects() {
    let Some(vectors) = Vectors::find() else { return };
    verify_file(
        &vectors,
        "json_web_signature_test",
        &SIGNATURE,
        &[
            ("accepted", 36),
            ("algorithm_not_allowed", 1),
            ("algorithm_not_of_key", 7),
            ("bad_signature", 296),
            ("malformed", 53),
            ("no_key", 6),
            ("unknown_key", 2),
        ],
    );
}

#[test]
fn tokens_are_accepted_as_the_mixed_file_expects() {
    let Some(vectors) = Vectors::find() else { return };
    verify_file(
        &vectors,
        "json_web_crypto_test",
        &CRYPTO,
        &[
            ("accepted", 4),
            ("algorithm_not_allowed", 2),
            ("bad_signature", 8),
            ("malformed", 31),
            ("no_key", 2),
            ("unknown_key", 2),
        ],
    );
}

#[test]
fn no_token_is_accepted_where_the_private_key_is_shown() {
    let Some(vectors) = Vectors::find() else { return };
    let mut report = Report::new("private keys", &[]);
    for file in ["json_web_signature_test", "json_web_key_test", "json_web_crypto_test"] {
        let groups = &vectors.json(&format!("wycheproof/{file}.json"))["testGroups"];
        for (index, group) in
            array(groups).iter().enumerate().filter(|(_, group)| group.get("public").is_some())
        {
            let private = &group["private"];
            let keys = private.get("keys").map_or_else(|| vec![private.clone()], |keys| array(keys).to_vec());
            let trusted = trust(key_set(&keys.into()));
            report.record(format!("{file} {index}"), false, trusted.map(|_| ()).map_err(|_| "no_key"));
        }
    }
    report.finish(&[("no_key", 33)]);
}

#[test]
fn no_encrypted_token_is_accepted() {
    let Some(vectors) = Vectors::find() else { return };
    let secret = Provider::with_shared_secret(ISSUER, *SECRET);
    let provider = trust(secret.algorithms([Algorithm::HS256])).unwrap();
    let mut report = Report::new("JWE", &[]);
    for file in ["json_web_encryption_test", "json_web_crypto_test"] {
        let groups = &vectors.json(&format!("wycheproof/{file}.json"))["testGroups"];
        for test in array(groups).iter().flat_map(|group| array(&group["tests"])) {
            let Some(jwe) = test.get("jwe") else { continue };
            let token = jwe.as_str().map_or_else(|| jwe.to_string(), str::to_owned);
            let outcome = verify_jws(&token, &provider).map(|_| ()).map_err(|reason| reason.as_str());
            report.record(format!("{file} {}", test["tcId"]), false, outcome);
        }
    }
    report.finish(&[("encrypted", 151), ("malformed", 22)]);
}
