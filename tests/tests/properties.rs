//! What holds of every token, tried on all of a kind or on many at random.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice
)]

use oauth2_guard::testing::{SigningKey, TokenBuilder};
use oauth2_guard::{Algorithm, InvalidToken, OAuth2Claims, Provider, Reason, ResourceServer};
use proptest::prelude::*;
use serde_json::{Value, json};

const ISSUER: &str = "https://login.example.com";

struct World {
    key: std::sync::Arc<SigningKey>,
    server: ResourceServer,
    runtime: tokio::runtime::Runtime,
}

impl World {
    fn new(algorithm: Algorithm) -> Self {
        let key = SigningKey::generate(algorithm, "1");
        let jwks = json!({"keys": [key.jwk()]}).to_string();
        let provider = Provider::with_jwks(ISSUER, jwks).audience("api");
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let server = runtime.block_on(ResourceServer::builder().provider(provider).build()).unwrap();
        Self { key: key.into(), server, runtime }
    }

    fn token(&self) -> TokenBuilder {
        let key = SigningKey::generate(Algorithm::EdDSA, "1");
        TokenBuilder::new(ISSUER, "api", key)
            .signed_by(self.key.clone())
            .header("alg", self.key.algorithm().name())
    }

    fn verify(&self, token: &str) -> Result<OAuth2Claims, InvalidToken> {
        self.runtime.block_on(self.server.verify(token)).map_err(|rejection| match rejection.reason() {
            Reason::InvalidToken(reason) => *reason,
            other => panic!("{other:?}"),
        })
    }
}

#[test]
fn every_changed_bit_of_a_token_is_refused() {
    for algorithm in [Algorithm::EdDSA, Algorithm::ES256, Algorithm::RS256] {
        let world = World::new(algorithm);
        let token = world.token().build();
        assert!(world.verify(&token).is_ok());
        for index in 0..token.len() {
            for bit in 0..7 {
                let mut changed = token.clone().into_bytes();
                changed[index] ^= 1 << bit;
                let changed = String::from_utf8(changed).unwrap();
                assert!(world.verify(&changed).is_err(), "{algorithm} byte {index} bit {bit}");
            }
        }
    }
}

#[test]
fn every_shortened_token_is_refused() {
    let world = World::new(Algorithm::EdDSA);
    let token = world.token().build();
    assert!(world.verify(&token).is_ok());
    for index in 0..token.len() {
        assert!(world.verify(&token[..index]).is_err(), "the first {index}");
        assert!(world.verify(&token[token.len() - index..]).is_err(), "the last {index}");
        let without = format!("{}{}", &token[..index], &token[index + 1..]);
        assert!(world.verify(&without).is_err(), "without {index}");
    }
}

#[test]
fn a_text_that_is_too_long_is_refused_by_its_length_whatever_it_is() {
    let world = World::new(Algorithm::EdDSA);
    for text in [".", "a", "\u{e9}", " ", "="] {
        let reason = |length| world.verify(&text.repeat(length)).err();
        assert_eq!(reason(16 * 1024 + 1), Some(InvalidToken::TooLarge), "{text}");
        assert_eq!(reason(8 * 1024), Some(InvalidToken::Malformed), "{text}");
    }
}

#[test]
fn a_registered_claim_of_any_json_type_is_accepted_only_where_the_standard_says_so() {
    let world = World::new(Algorithm::EdDSA);
    let now = 1_000_000_000;
    let values = [
        json!(null),
        json!(true),
        json!(false),
        json!(0),
        json!(now),
        json!(1.5),
        json!(-1),
        json!(""),
        json!("api"),
        json!("0"),
        json!([]),
        json!(["api"]),
        json!([1]),
        json!([null]),
        json!(["api", 1]),
        json!([["api"]]),
        json!({}),
        json!({"api": 1}),
    ];
    for value in values {
        let verdict = |claim: &str| world.verify(&world.token().claim(claim, value.clone()).build()).is_ok();
        let text = value.as_str().is_some_and(|text| !text.is_empty());
        let past = value.as_f64().is_some_and(|date| date >= 0.0);
        for claim in ["sub", "jti", "client_id"] {
            assert_eq!(verdict(claim), text, "{claim} {value}");
        }
        for claim in ["nbf", "iat"] {
            assert_eq!(verdict(claim), past, "{claim} {value}");
        }
        // None of them is a date that is still to come.
        assert!(!verdict("exp") && !verdict("iss"), "{value}");
        assert_eq!(verdict("aud"), value == json!("api") || value == json!(["api"]), "aud {value}");
        for claim in ["cnf", "events", "at_hash", "c_hash"] {
            assert!(!verdict(claim), "{claim} {value}");
        }
        for claim in ["scope", "roles", "permissions", "custom", "azp", "crit"] {
            assert!(verdict(claim), "{claim} {value}");
        }
    }
}

#[test]
fn every_member_that_is_there_twice_is_refused() {
    let world = World::new(Algorithm::EdDSA);
    let header = json!({"alg": "EdDSA", "kid": "1", "typ": "at+jwt", "custom": 1});
    let claims = json!({
        "iss": ISSUER, "aud": "api", "exp": 4_000_000_000_u64, "iat": 1, "nbf": 1, "sub": "a", "jti": "1", "client_id": "c",
        "scope": "a", "roles": ["r"], "permissions": ["p"], "custom": {"a": 1},
    });
    let (header_text, claims_text) = (header.to_string(), claims.to_string());
    assert!(world.verify(&world.key.sign(&header_text, &claims_text)).is_ok());
    let doubled = |text: &str, name: &str, value: &Value| {
        let member = format!("{}:{value}", json!(name));
        [format!("{{{member},{}", &text[1..]), format!("{},{member}}}", &text[..text.len() - 1])]
    };
    for (name, value) in header.as_object().unwrap() {
        for text in doubled(&header_text, name, value) {
            assert!(world.verify(&world.key.sign(text, &claims_text)).is_err(), "{name}");
        }
    }
    for (name, value) in claims.as_object().unwrap() {
        for text in doubled(&claims_text, name, value) {
            assert!(world.verify(&world.key.sign(&header_text, text)).is_err(), "{name}");
        }
    }
}

#[test]
fn dots_without_end_are_refused() {
    let world = World::new(Algorithm::EdDSA);
    for length in [1, 2, 3, 16_384, 16_385, 10_000_000] {
        assert!(world.verify(&".".repeat(length)).is_err(), "{length}");
    }
}

/// Any JSON, with the names and values of claims and header parameters more often than others.
fn json() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        any::<String>(),
        proptest::sample::select(vec![ISSUER, "api", "1", "EdDSA", "at+jwt", "JWT", "alice"])
            .prop_map(str::to_owned),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        Just(json!(4_000_000_000_u64)),
        text.prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        let elements = proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from);
        prop_oneof![elements, object(inner)]
    })
}

fn object(values: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    let registered = vec![
        "iss", "aud", "exp", "nbf", "iat", "sub", "jti", "alg", "kid", "typ", "crit", "cty", "jwk", "scope",
    ];
    let name =
        prop_oneof![3 => proptest::sample::select(registered).prop_map(str::to_owned), 1 => any::<String>()];
    proptest::collection::btree_map(name, values, 0..8).prop_map(|members| members.into_iter().collect())
}

thread_local!(static WORLD: World = World::new(Algorithm::EdDSA));

/// The verdict of a signed token, which is the same when it is asked for again.
fn verdict(header: &[u8], claims: &[u8]) -> Result<(), InvalidToken> {
    WORLD.with(|world| {
        let token = world.key.sign(header, claims);
        let verdict = world.verify(&token).map(|_| ());
        assert_eq!(world.verify(&token).map(|_| ()), verdict);
        verdict
    })
}

const HEADER: &[u8] = br#"{"alg":"EdDSA","kid":"1"}"#;

fn good_claims() -> Vec<u8> {
    json!({"iss": ISSUER, "aud": "api", "exp": 4_000_000_000_u64}).to_string().into_bytes()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn whatever_is_not_signed_is_refused(token in any::<String>()) {
        prop_assert!(WORLD.with(|world| world.verify(&token).is_err()));
    }

    #[test]
    fn whatever_looks_like_a_token_is_refused(token in "[A-Za-z0-9_-]{1,60}\\.[A-Za-z0-9_-]{1,60}\\.[A-Za-z0-9_-]{1,90}") {
        prop_assert!(WORLD.with(|world| world.verify(&token).is_err()));
    }

    #[test]
    fn signed_bytes_that_are_no_claims_are_refused(header in any::<Vec<u8>>(), claims in any::<Vec<u8>>()) {
        prop_assert!(verdict(HEADER, &good_claims()).is_ok());
        prop_assert!(verdict(HEADER, &claims).is_err());
        prop_assert!(verdict(&header, &good_claims()).is_err());
    }

    #[test]
    fn signed_json_without_the_claims_that_must_be_there_is_refused(header in object(json()), claims in object(json())) {
        let is = |members: &Value, name: &str, value: Value| members[name] == value;
        let claims_may_hold = is(&claims, "iss", json!(ISSUER)) && claims.get("aud").is_some() && claims.get("exp").is_some();
        prop_assert!(claims_may_hold || verdict(HEADER, claims.to_string().as_bytes()).is_err());
        let header_may_hold = is(&header, "alg", json!("EdDSA")) && header.get("crit").is_none();
        prop_assert!(header_may_hold || verdict(header.to_string().as_bytes(), &good_claims()).is_err());
    }

    #[test]
    fn what_is_added_to_a_good_token_decides_alone(added in json()) {
        // An unknown claim or parameter is of no account, whatever it is.
        let claims = json!({"iss": ISSUER, "aud": "api", "exp": 4_000_000_000_u64, "custom": added});
        let header = json!({"alg": "EdDSA", "kid": "1", "custom": added});
        prop_assert_eq!(verdict(header.to_string().as_bytes(), claims.to_string().as_bytes()), Ok(()));
    }
}
