//! The examples of RFC 7520, with those of RFC 7797 and RFC 8037 that came to them later.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::report::Report;
use super::{ISSUER, SECRET, Vectors, algorithm, key_set, provider, public, text, trust, verify_jws};
use crate::provider::{Provider, TrustedProvider};
use crate::verify::{Algorithm, InvalidToken};

const FILES: usize = 32;

/// Those in compact form with a payload, and where in their file they are.
const SIGNED: [(&str, &str); 6] = [
    ("6.nesting_signatures_and_encryption.json", "/sign"),
    ("curve25519_jws.json", ""),
    ("jws_4_1.rsa_v15_signature.json", ""),
    ("jws_4_2.rsa-pss_signature.json", ""),
    ("jws_4_3.ecdsa_signature.json", ""),
    ("jws_4_4.hmac-sha2_integrity_protection.json", ""),
];

#[test]
fn compact_examples_are_accepted() {
    let Some(vectors) = Vectors::find() else { return };
    let mut report = Report::new("cookbook, compact", &[]);
    for (file, place) in SIGNED {
        let content = read(&vectors, file);
        let example = content.pointer(place).unwrap();
        let outcome = verify_jws(text(&example["output"]["compact"]), &trusted(example));
        if let Ok(payload) = &outcome {
            assert_eq!(payload, text(&example["input"]["payload"]).as_bytes(), "{file}");
        }
        report.record(file, true, outcome.map(|_| ()).map_err(InvalidToken::as_str));
    }
    report.finish(&[("accepted", 6)]);
}

#[test]
fn detached_and_unencoded_payloads_are_refused() {
    let Some(vectors) = Vectors::find() else { return };
    let mut report = Report::new("cookbook, payloads of another kind", &[]);
    let mut refuse = |case: &str, example: &Value, token: &str| {
        let outcome = verify_jws(token, &trusted(example)).map(|_| ()).map_err(InvalidToken::as_str);
        report.record(case, false, outcome);
    };
    let example = read(&vectors, "jws_4_5.signature_with_detached_content.json");
    refuse("detached", &example, text(&example["output"]["compact"]));
    let example = read(&vectors, "rfc7797_hmac-sha2_b64_false.json");
    refuse("unencoded", &example, text(&example["output"]["compact"]));

    // The header of this one has `b64` and no `crit`, and its payload a dot.
    let example = read(&vectors, "rfc7797_4.2.hmac-sha2_b64_false.json");
    let flat = &example["output"]["json_flat"];
    let [header, payload, signature] = ["protected", "payload", "signature"].map(|part| text(&flat[part]));
    refuse("unencoded, with a dot", &example, &format!("{header}.{payload}.{signature}"));
    let encoded = format!("{header}.{}.{signature}", URL_SAFE_NO_PAD.encode(payload));
    refuse("encoded, without `crit`", &example, &encoded);
    report.finish(&[("malformed", 2), ("malformed_header", 2)]);
}

#[test]
fn encrypted_examples_are_refused_as_encrypted() {
    let Some(vectors) = Vectors::find() else { return };
    let mut report = Report::new("cookbook, encrypted", &[]);
    for (file, content) in examples(&vectors) {
        for (index, token) in members(&content, &["compact"]).into_iter().enumerate() {
            if text(token).split('.').count() == 5 {
                let outcome = verify_jws(text(token), &anybody()).map(|_| ()).map_err(InvalidToken::as_str);
                report.record(format!("{file} {index}"), false, outcome);
            }
        }
    }
    report.finish(&[("encrypted", 11)]);
}

#[test]
fn json_serializations_are_refused() {
    let Some(vectors) = Vectors::find() else { return };
    let mut report = Report::new("cookbook, JSON", &[]);
    for (file, content) in examples(&vectors) {
        for (index, serialization) in members(&content, &["json", "json_flat"]).into_iter().enumerate() {
            let outcome = verify_jws(&serialization.to_string(), &anybody()).map(|_| ());
            report.record(format!("{file} {index}"), false, outcome.map_err(InvalidToken::as_str));
        }
    }
    report.finish(&[("encrypted", 2), ("malformed", 51)]);
}

#[test]
fn of_the_keys_only_the_public_ones_are_taken() {
    let Some(vectors) = Vectors::find() else { return };
    let mut report = Report::new("cookbook, keys", &[]);
    for (file, key) in examples(&vectors).into_iter().filter(|(file, _)| file.starts_with("jwk_")) {
        let trusted = trust(key_set(&vec![key].into()));
        report.record(&file, file.contains("public"), trusted.map(|_| ()).map_err(|_| "no_key"));
    }
    report.finish(&[("accepted", 2), ("no_key", 4)]);
}

fn examples(vectors: &Vectors) -> Vec<(String, Value)> {
    let files = vectors.files("jose-cookbook");
    assert_eq!(files.len(), FILES, "{files:?}");
    files.into_iter().map(|file| (file.clone(), read(vectors, &file))).collect()
}

fn read(vectors: &Vectors, file: &str) -> Value {
    vectors.json(&format!("jose-cookbook/{file}"))
}

/// Of the example's key, as a verifier has it.
fn trusted(example: &Value) -> TrustedProvider {
    let key = &example["input"]["key"];
    let key = if key["kty"] == "oct" { key.clone() } else { public(key) };
    trust(provider(&key, algorithm(&example["input"]["alg"]))).unwrap()
}

fn anybody() -> TrustedProvider {
    trust(Provider::with_shared_secret(ISSUER, *SECRET).algorithms([Algorithm::HS256])).unwrap()
}

/// The members of these names, at any depth.
fn members<'a>(value: &'a Value, names: &[&str]) -> Vec<&'a Value> {
    match value {
        Value::Array(elements) => elements.iter().flat_map(|element| members(element, names)).collect(),
        Value::Object(object) => object
            .iter()
            .flat_map(
                |(name, value)| {
                    if names.contains(&name.as_str()) { vec![value] } else { members(value, names) }
                },
            )
            .collect(),
        _ => Vec::new(),
    }
}
