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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn whatever_is_not_signed_is_refused(token in any::<String>()) {
        thread_local!(static WORLD: World = World::new(Algorithm::EdDSA));
        prop_assert!(WORLD.with(|world| world.verify(&token).is_err()));
    }

    #[test]
    fn whatever_looks_like_a_token_is_refused(token in "[A-Za-z0-9_-]{1,60}\\.[A-Za-z0-9_-]{1,60}\\.[A-Za-z0-9_-]{1,90}") {
        thread_local!(static WORLD: World = World::new(Algorithm::EdDSA));
        prop_assert!(WORLD.with(|world| world.verify(&token).is_err()));
    }

    #[test]
    fn whatever_is_signed_is_accepted_or_refused(header in any::<Vec<u8>>(), claims in any::<Vec<u8>>()) {
        thread_local!(static WORLD: World = World::new(Algorithm::EdDSA));
        prop_assert!(WORLD.with(|world| world.verify(&world.key.sign(&header, &claims)).is_err()));
    }
}
