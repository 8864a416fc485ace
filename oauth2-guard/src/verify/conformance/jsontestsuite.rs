//! JSONTestSuite: as what each JSON text of a token and of a key set is, and as the value of a member there.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::report::{Divergence, Report};
use super::{ISSUER, SECRET, Vectors, array, text, trust};
use crate::bearer::UnreadToken;
use crate::cache::{Limits, VerifiedTokens};
use crate::clock::UnixTime;
use crate::json::parse_object;
use crate::jwks::KeySet;
use crate::provider::{Provider, TrustedProvider, TrustedProviders};
use crate::verify::{Algorithm, Pass, Refused, Turns, Verifier};

/// Where a text of JSON is read that we did not write.
#[derive(Clone, Copy, Debug)]
enum Place {
    Object,
    Header,
    /// The payload of a token of the only provider.
    Payload,
    /// The payload of a token of one of several providers, which is looked into for its issuer first.
    PayloadOfSeveral,
    KeySet,
}

const PLACES: [Place; 5] =
    [Place::Object, Place::Header, Place::Payload, Place::PayloadOfSeveral, Place::KeySet];

struct Case {
    name: String,
    /// `y` must be accepted, `n` must be refused; `i` and `t` are left to us.
    expect: String,
    json: Vec<u8>,
}

const DUPLICATE: &str = "duplicate members are refused (RFC 7515 §4, RFC 7519 §4)";
const ROUNDED: &str = "a number is read as the nearest that there is";
const NO_TEXT: &str = "half a pair of surrogates is no text, and neither is what is not UTF-8";

/// Of `y` and `t` those that are refused, of `i` those that are accepted.
const DIVERGENCES: [Divergence; 16] = [
    ("i_number_double_huge_neg_exp.json", ROUNDED),
    ("i_number_real_underflow.json", ROUNDED),
    ("i_number_too_big_neg_int.json", ROUNDED),
    ("i_number_too_big_pos_int.json", ROUNDED),
    ("i_number_very_big_negative_int.json", ROUNDED),
    ("string_1_escaped_invalid_codepoint.json", NO_TEXT),
    ("string_1_invalid_codepoint.json", NO_TEXT),
    ("string_2_escaped_invalid_codepoints.json", NO_TEXT),
    ("string_2_invalid_codepoints.json", NO_TEXT),
    ("string_3_escaped_invalid_codepoints.json", NO_TEXT),
    ("string_3_invalid_codepoints.json", NO_TEXT),
    ("y_object_duplicated_key.json", DUPLICATE),
    ("y_object_duplicated_key_and_value.json", DUPLICATE),
    ("object_same_key_different_values.json", DUPLICATE),
    ("object_same_key_same_value.json", DUPLICATE),
    ("object_same_key_unclear_values.json", DUPLICATE),
];

#[test]
fn json_is_accepted_as_the_value_of_a_member_as_the_suite_expects() {
    let Some(vectors) = Vectors::find() else { return };
    let world = World::new(&vectors);
    for place in PLACES {
        let source = format!("JSONTestSuite, member, {place:?}");
        let mut report = Report::new(&source, &DIVERGENCES);
        for case in cases(&vectors) {
            let json = [world.before_member(place), &case.json, b"}"].concat();
            report.record(&case.name, case.is_expected(), world.read(place, &json));
        }
        report.finish(&[("accepted", 111), (place.refusal(), 229)]);
    }
}

/// Where an object must have certain members, that is what these lack.
#[test]
fn json_is_accepted_as_a_whole_if_it_is_an_object_without_duplicates() {
    let Some(vectors) = Vectors::find() else { return };
    let (_, duplicates) = DIVERGENCES.split_at(11);
    let world = World::new(&vectors);
    for place in PLACES {
        let source = format!("JSONTestSuite, whole, {place:?}");
        let accepts_any = matches!(place, Place::Object);
        let mut report = Report::new(&source, if accepts_any { duplicates } else { &[] });
        for case in cases(&vectors) {
            report.record(
                &case.name,
                accepts_any && case.is_expected() && case.is_object(),
                world.read(place, &case.json),
            );
        }
        report.finish(match place {
            Place::Object => &[("accepted", 12), ("not_an_object", 328)],
            // The one that is empty is no segment.
            Place::Header => &[("malformed", 1), ("malformed_header", 339)],
            Place::Payload => &[("malformed", 328), ("missing_claim", 12)],
            // The issuer is missed before the five duplicates of other members are.
            Place::PayloadOfSeveral => &[("malformed", 323), ("missing_claim", 17)],
            Place::KeySet => &[("no_key_set", 340)],
        });
    }
}

impl Case {
    fn is_expected(&self) -> bool {
        match self.expect.as_str() {
            "y" | "t" => true,
            "n" | "i" => false,
            other => panic!("{other} is no expectation"),
        }
    }

    fn is_object(&self) -> bool {
        self.json.trim_ascii_start().starts_with(b"{")
    }
}

fn cases(vectors: &Vectors) -> Vec<Case> {
    let cases: Vec<_> = array(&vectors.json("jsontestsuite/cases.json")["cases"])
        .iter()
        .map(|case| Case {
            name: text(&case["name"]).to_owned(),
            expect: text(&case["expect"]).to_owned(),
            json: STANDARD.decode(text(&case["b64"])).unwrap(),
        })
        .collect();
    let count = |expect: &str| cases.iter().filter(|case| case.expect == expect).count();
    assert_eq!(["y", "n", "i", "t"].map(count), [95, 188, 35, 22]);
    cases
}

impl Place {
    /// What is said there of JSON that is refused.
    fn refusal(self) -> &'static str {
        match self {
            Self::Object => "not_an_object",
            Self::Header => "malformed_header",
            Self::Payload | Self::PayloadOfSeveral => "malformed",
            Self::KeySet => "no_key_set",
        }
    }
}

/// Providers whose tokens we can sign, and a key set of which one member is yet to come.
struct World {
    key_set: String,
    only: Verifier,
    several: Verifier,
}

impl World {
    fn new(vectors: &Vectors) -> Self {
        let provider = |issuer: &str| {
            let provider = Provider::with_shared_secret(issuer, *SECRET);
            trust(provider.algorithms([Algorithm::HS256])).unwrap()
        };
        let example = &vectors.json("rfc/rfc_examples.json")["jws"][1];
        Self {
            key_set: format!(r#"{{"keys":[{}],"x":"#, example["jwk"]),
            only: verifier(vec![provider(ISSUER)]),
            several: verifier(vec![provider("https://other.example.com"), provider(ISSUER)]),
        }
    }

    /// What is accepted there once a value and a brace follow.
    fn before_member(&self, place: Place) -> &[u8] {
        match place {
            Place::Object => br#"{"x":"#,
            Place::Header => br#"{"alg":"HS256","x":"#,
            Place::Payload | Place::PayloadOfSeveral => {
                br#"{"iss":"https://login.example.com","aud":"api","exp":2000,"x":"#
            }
            Place::KeySet => self.key_set.as_bytes(),
        }
    }

    fn read(&self, place: Place, json: &[u8]) -> Result<(), &'static str> {
        match place {
            Place::Object => parse_object(json).map(|_| ()).map_err(|_| "not_an_object"),
            Place::Header => verify_with(
                &self.only,
                &sign(json, br#"{"iss":"https://login.example.com","aud":"api","exp":2000}"#),
            ),
            Place::Payload => verify_with(&self.only, &sign(br#"{"alg":"HS256"}"#, json)),
            Place::PayloadOfSeveral => verify_with(&self.several, &sign(br#"{"alg":"HS256"}"#, json)),
            Place::KeySet => KeySet::parse(json, &[Algorithm::RS256]).map(|_| ()).map_err(|_| "no_key_set"),
        }
    }
}

fn verifier(providers: Vec<TrustedProvider>) -> Verifier {
    Verifier {
        providers: TrustedProviders::new(providers, None),
        max_token_bytes: usize::MAX,
        cache: Some(VerifiedTokens::new(Limits::default())),
        turns: Turns::default(),
    }
}

fn verify_with(verifier: &Verifier, token: &str) -> Result<(), &'static str> {
    verifier
        .verify(UnreadToken::new(token.as_bytes()), UnixTime(1000), Pass::First, None)
        .map(|_| ())
        .map_err(|refused| match refused {
            Refused::Busy => panic!("there is no runtime of several threads"),
            Refused::Malformed => panic!("base64url is no `b64token`"),
            Refused::Invalid { reason, .. } => reason.as_str(),
            Refused::UnknownKey { .. } => "unknown_key",
            Refused::Keys { .. } => "keys",
            Refused::Replaced { .. } => "replaced",
            Refused::Unresolved { .. } => "unresolved",
        })
}

fn sign(header: &[u8], payload: &[u8]) -> String {
    let input = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
    let signature = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, SECRET), input.as_bytes());
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
}
