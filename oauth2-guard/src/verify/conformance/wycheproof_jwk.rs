//! Wycheproof: which keys are taken at all.

use super::report::{Divergence, Report};
use super::wycheproof::{SET_OF_SECRETS, is_valid, verify_file};
use super::{Vectors, algorithm, array, provider, text, trust, verify_jws};

const KEY: [Divergence; 2] = [
    ("7", "weak primes of the ROCA kind are not looked for: it is for issuers not to have such a key"),
    ("2", SET_OF_SECRETS),
];

#[test]
fn keys_are_taken_as_the_key_file_expects() {
    let Some(vectors) = Vectors::find() else { return };
    verify_file(
        &vectors,
        "json_web_key_test",
        &KEY,
        &[("accepted", 5), ("algorithm_not_allowed", 1), ("no_key", 20)],
    );
}

/// The other half of the divergence.
#[test]
fn the_tokens_of_a_set_of_secrets_are_held_against_each_alone() {
    let Some(vectors) = Vectors::find() else { return };
    let mut report = Report::new("secrets of a set", &[]);
    for file in ["json_web_key_test", "json_web_crypto_test"] {
        let groups = &vectors.json(&format!("wycheproof/{file}.json"))["testGroups"];
        for group in array(groups).iter().filter(|group| group["comment"] == "jws_keyset") {
            for (index, secret) in array(&group["private"]["keys"]).iter().enumerate() {
                let provider = trust(provider(secret, algorithm(&secret["alg"]))).unwrap();
                for test in array(&group["tests"]) {
                    let outcome = verify_jws(text(&test["jws"]), &provider).map(|_| ());
                    let case = format!("{file} {}, secret {index}", test["tcId"]);
                    let outcome = outcome.map_err(|reason| reason.as_str());
                    report.record(case, is_valid(test) && index == 0, outcome);
                }
            }
        }
    }
    report.finish(&[("accepted", 2), ("bad_signature", 6)]);
}
