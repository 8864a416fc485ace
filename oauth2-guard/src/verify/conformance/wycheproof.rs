//! The format of the JOSE files of Wycheproof.

use aws_lc_rs::hmac;
use serde_json::Value;

use super::report::{Divergence, Report};
use super::{ISSUER, SECRET, Vectors, array, base64url, key_set, text, trust, verify_jws};
use crate::jwks::{KeySet, KeyStore};
use crate::provider::{Provider, TrustedProvider};
use crate::verify::{Algorithm, Scheme, VerificationKey};

/// Why a divergence is not among those of STRICT_EXPECTATIONS.json.
pub(super) const EMPTY_PAYLOAD: &str =
    "an empty payload is no claims set, and is refused before its signature is looked at";
pub(super) const SET_OF_SECRETS: &str = "a provider has one shared secret, never a set of them";

/// Every JWS of `file`, under the keys of its group. The expectations are the labels, the other way around in `divergences`.
pub(super) fn verify_file(
    vectors: &Vectors,
    file: &str,
    divergences: &[Divergence],
    outcomes: &[(&str, usize)],
) {
    let groups = &vectors.json(&format!("wycheproof/{file}.json"))["testGroups"];
    let strict = &vectors.json("wycheproof/STRICT_EXPECTATIONS.json")["files"][file];
    let stricter = |(_, why): &&Divergence| [EMPTY_PAYLOAD, SET_OF_SECRETS].contains(why);
    let listed: Vec<_> =
        divergences.iter().filter(|entry| !stricter(entry)).map(|(case, _)| (*case).to_owned()).collect();
    let strict_list: Vec<_> =
        array(&strict["diverges"]).iter().map(|entry| entry["tcId"].to_string()).collect();
    assert_eq!(listed, strict_list, "the divergences of STRICT_EXPECTATIONS.json");

    let mut report = Report::new(file, divergences);
    for group in array(groups) {
        let provider = trusted(group);
        for test in array(&group["tests"]).iter().filter(|test| test.get("jwe").is_none()) {
            // A JWS that is not compact is an object.
            let token = test["jws"].as_str().map_or_else(|| test["jws"].to_string(), str::to_owned);
            let outcome = match &provider {
                Some(provider) => verify_jws(&token, provider).map(|_| ()).map_err(|reason| reason.as_str()),
                None => Err("no_key"),
            };
            report.record(&test["tcId"], is_valid(test), outcome);
        }
    }
    report.finish(outcomes);
    assert_eq!(strict["jws_cases"], outcomes.iter().map(|(_, count)| count).sum::<usize>());
}

/// That of the public keys of a group or, where it has none, of its secret.
fn trusted(group: &Value) -> Option<TrustedProvider> {
    let keys = group.get("public").unwrap_or_else(|| &group["private"]);
    let keys = keys.get("keys").map_or_else(|| vec![keys.clone()], |keys| array(keys).to_vec());
    match keys.as_slice() {
        [secret] if secret["kty"] == "oct" => {
            let algorithm = Algorithm::from_name(text(&secret["alg"])).filter(|alg| alg.is_hmac())?;
            let secret = base64url(text(&secret["k"]));
            if !secret.is_empty() && secret.iter().all(|byte| *byte == 0) {
                return Some(of_zeros(algorithm, secret));
            }
            trust(Provider::with_shared_secret(ISSUER, secret).algorithms([algorithm])).ok()
        }
        _ => trust(key_set(&keys.into())).ok(),
    }
}

/// No provider takes such a secret. This one has it nonetheless, for what its tokens are about is base64.
fn of_zeros(algorithm: Algorithm, secret: Vec<u8>) -> TrustedProvider {
    let Scheme::Hmac { algorithm: hash, .. } = algorithm.scheme() else { panic!("{algorithm} is not HMAC") };
    let key = VerificationKey::secret(algorithm, hmac::Key::new(hash, &secret));
    let provider = |secret| trust(Provider::with_shared_secret(ISSUER, secret).algorithms([algorithm]));
    assert!(provider(secret).is_err());
    let keys = KeyStore::configured("vectors", KeySet::of_one(key));
    TrustedProvider { keys, ..provider(SECRET.to_vec()).unwrap() }
}

pub(super) fn is_valid(test: &Value) -> bool {
    match text(&test["result"]) {
        "valid" => true,
        // What is only acceptable is not accepted here.
        "invalid" | "acceptable" => false,
        label => panic!("{label} is no label"),
    }
}
