//! Tokens by the ten thousand, good, odd and broken, held against this verifier and against `jsonwebtoken`, set up as strictly
//! as it can be. No token is accepted here that is refused there; and what is refused here alone is so by a rule that has a
//! name and that is true of the token.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::indexing_slicing)]

mod migrating;
mod rules;
mod tokens;

use std::collections::BTreeMap;

use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{DecodingKey, Validation, decode, decode_header};
use oauth2_guard::testing::SigningKey;
use oauth2_guard::{Algorithm, Provider, Reason, ResourceServer};
use serde_json::{Value, json};

use crate::tokens::Tokens;

const ISSUER: &str = "https://login.example.com";
const AUDIENCE: &str = "api";

/// `OAUTH2_GUARD_TOKENS` asks for another number.
const TOKENS: usize = 20_000;

#[tokio::test]
async fn no_token_is_accepted_that_a_second_verifier_refuses() {
    let count = std::env::var("OAUTH2_GUARD_TOKENS").map_or(TOKENS, |count| count.parse().expect("a number"));
    let keys = [Algorithm::EdDSA, Algorithm::ES256, Algorithm::RS256]
        .map(|algorithm| SigningKey::generate(algorithm, format!("{algorithm}-1")));
    let jwks = json!({"keys": keys.iter().map(SigningKey::jwk).collect::<Vec<_>>()}).to_string();
    let provider = Provider::with_jwks(ISSUER, jwks).audience(AUDIENCE);
    let ours = ResourceServer::builder().provider(provider).build().await.unwrap();
    let theirs = Second::new(&keys);

    let mut tokens = Tokens::new(&keys);
    let mut both = [0_usize; 2];
    let mut accepted_here_alone = 0_usize;
    let mut refused_here_alone: BTreeMap<&str, usize> = BTreeMap::new();
    for number in 0..count {
        let token = tokens.next();
        let here = match ours.verify(&token).await {
            Ok(_) => Ok(()),
            Err(rejection) => match rejection.reason() {
                Reason::InvalidToken(reason) => Err(*reason),
                other => panic!("{other:?}"),
            },
        };
        match (here, theirs.accepts(&token)) {
            (Ok(()), true) => both[0] += 1,
            (Err(_), false) => both[1] += 1,
            (Err(reason), true) => {
                assert!(rules::explains(reason, &token), "token {number}: {reason:?} is not true of {token}");
                *refused_here_alone.entry(reason.as_str()).or_default() += 1;
            }
            (Ok(()), false) => {
                assert!(rules::is_wider(&token), "token {number} is accepted here alone: {token}");
                let narrower = tokens::narrower(&token, &keys);
                assert!(theirs.accepts(&narrower), "token {number} has more than that: {token}");
                accepted_here_alone += 1;
            }
        }
    }
    println!("{count} tokens: accepted by both {}, refused by both {}", both[0], both[1]);
    println!("accepted here alone: {accepted_here_alone}");
    println!("refused here alone: {refused_here_alone:#?}");
    assert!(both.iter().all(|share| share * 10 > count), "{both:?}");
    assert!(refused_here_alone.len() >= 8, "{refused_here_alone:?}");
}

/// `jsonwebtoken`, with a key for each key ID and a validation for each key.
struct Second(BTreeMap<String, (DecodingKey, Validation)>);

impl Second {
    fn new(keys: &[SigningKey]) -> Self {
        let entry = |key: &SigningKey| {
            let jwk: Jwk = serde_json::from_value(key.jwk()).unwrap();
            let algorithm = key.algorithm().name().parse().unwrap();
            let mut validation = Validation::new(algorithm);
            validation.set_issuer(&[ISSUER]);
            validation.set_audience(&[AUDIENCE]);
            validation.set_required_spec_claims(&["exp", "iss", "aud"]);
            validation.validate_nbf = true;
            validation.leeway = 60;
            (key.id().to_owned(), (DecodingKey::from_jwk(&jwk).unwrap(), validation))
        };
        Self(keys.iter().map(entry).collect())
    }

    fn accepts(&self, token: &str) -> bool {
        let Ok(header) = decode_header(token) else { return false };
        // As here: without a key ID, the only key of the algorithm.
        let key = match &header.kid {
            Some(id) => self.0.get(id),
            None => self.0.values().find(|(_, validation)| validation.algorithms == [header.alg]),
        };
        key.is_some_and(|(key, validation)| decode::<Value>(token, key, validation).is_ok())
    }
}
