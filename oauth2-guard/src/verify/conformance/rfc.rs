//! The examples of RFC 7515 appendix A, RFC 7638, RFC 8037 appendix A and RFC 9449.

use super::report::{Divergence, Report};
use super::{Vectors, algorithm, array, base64url, provider, public, text, trust, verify_jws};
use crate::jwks::jwk;
use crate::verify::{Algorithm, InvalidToken};

const DPOP: &str = "a DPoP proof is no access token, as its `typ` says";
const DIVERGENCES: [Divergence; 2] =
    [("RFC9449-Fig2-DPoP-token-endpoint", DPOP), ("RFC9449-Fig13-DPoP-resource", DPOP)];

/// An example of what there is no code for: `ath` (RFC 9449 §4.2).
const WAITING: [&str; 1] = ["RFC9449-Fig13"];

#[test]
fn examples_of_signatures_are_accepted() {
    let Some(vectors) = Vectors::find() else { return };
    let examples = vectors.json("rfc/rfc_examples.json");
    let mut report = Report::new("RFC", &DIVERGENCES);
    for example in array(&examples["jws"]) {
        let trusted = trust(provider(&example["jwk"], algorithm(&example["alg"]))).unwrap();
        let token = text(&example["jws"]);
        let outcome = verify_jws(token, &trusted);
        if let Ok(payload) = &outcome {
            assert_eq!(*payload, base64url(token.split('.').nth(1).unwrap()));
        }
        let outcome = outcome.map(|_| ()).map_err(InvalidToken::as_str);
        report.record(text(&example["name"]), example["result"] == "valid", outcome);
    }
    report.finish(&[("accepted", 5), ("wrong_type", 2)]);
}

#[test]
fn an_example_is_refused_once_any_of_its_characters_is_another() {
    let Some(vectors) = Vectors::find() else { return };
    let examples = vectors.json("rfc/rfc_examples.json");
    let mut report = Report::new("RFC, changed", &[]);
    let accepted = |name| DIVERGENCES.iter().all(|(diverging, _)| *diverging != name);
    for example in array(&examples["jws"]).iter().filter(|example| accepted(text(&example["name"]))) {
        let trusted = trust(provider(&example["jwk"], algorithm(&example["alg"]))).unwrap();
        let token = text(&example["jws"]);
        for (index, character) in token.char_indices() {
            let mut changed = token.to_owned();
            changed.replace_range(index..=index, if character == 'A' { "B" } else { "A" });
            let outcome = verify_jws(&changed, &trusted).map(|_| ()).map_err(InvalidToken::as_str);
            report.record(format!("{} {index}", text(&example["name"])), false, outcome);
        }
    }
    report.finish(&[
        ("algorithm_not_allowed", 10),
        ("bad_signature", 1061),
        ("malformed", 10),
        ("malformed_header", 107),
        ("wrong_type", 2),
    ]);
}

#[test]
fn an_unsecured_example_is_refused_under_every_key() {
    let Some(vectors) = Vectors::find() else { return };
    let examples = vectors.json("rfc/rfc_examples.json");
    let [unsecured] = array(&examples["negative"]) else { panic!("one example") };
    let token = text(&unsecured["jws"]);
    let mut report = Report::new("RFC, unsecured", &[]);
    for example in array(&examples["jws"]) {
        let trusted = trust(provider(&example["jwk"], algorithm(&example["alg"]))).unwrap();
        let name = text(&example["name"]);
        let signature = text(&example["jws"]).rsplit('.').next().unwrap();
        for (case, token) in [("bare", token), ("with a signature", &format!("{token}{signature}"))] {
            let outcome = verify_jws(token, &trusted).map(|_| ()).map_err(InvalidToken::as_str);
            report.record(format!("{case}, under the key of {name}"), false, outcome);
        }
    }
    report.finish(&[("algorithm_not_allowed", 7), ("malformed", 7)]);
}

#[test]
fn thumbprints_are_those_of_the_examples() {
    let Some(vectors) = Vectors::find() else { return };
    let examples = vectors.json("rfc/rfc_examples.json");
    let examples = array(&examples["thumbprints"]);
    for example in examples {
        let key =
            jwk::parse(&public(&example["jwk"]), Algorithm::RS256).unwrap_or_else(|why| panic!("{why}"));
        assert_eq!(key.thumbprint.0.to_vec(), base64url(text(&example["sha256"])), "{}", example["name"]);
    }
    println!("RFC, thumbprints: {} cases, {0} as they should be", examples.len());
    assert_eq!(examples.len(), 3);
}

#[test]
fn the_other_examples_wait_for_what_they_are_examples_of() {
    let Some(vectors) = Vectors::find() else { return };
    let examples = vectors.json("rfc/rfc_examples.json");
    let names: Vec<_> = array(&examples["ath"]).iter().map(|example| text(&example["name"])).collect();
    println!("RFC: {} case waits: {names:?}", names.len());
    assert_eq!(names, WAITING);
}
