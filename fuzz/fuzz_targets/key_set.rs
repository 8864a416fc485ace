//! Any bytes as a key set: a server, or an error that says nothing of them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use oauth2_guard::{Provider, ResourceServer};
use oauth2_guard_fuzz::{AUDIENCE, ISSUER, now};

fuzz_target!(|bytes: &[u8]| {
    let provider = Provider::with_jwks(ISSUER, bytes).audience(AUDIENCE);
    match now(ResourceServer::builder().provider(provider).build()) {
        // Whatever the keys are, this is not signed with one of them.
        Ok(server) => {
            for algorithm in ["RS256", "ES256", "EdDSA", "HS256", "none"] {
                let header = format!(r#"{{"alg":"{algorithm}"}}"#);
                let claims = format!(r#"{{"iss":"{ISSUER}","aud":"{AUDIENCE}","exp":9000000000}}"#);
                let token = oauth2_guard_fuzz::key().sign(header, claims);
                assert!(now(server.verify(&token)).is_err());
            }
        }
        Err(error) => {
            let error = error.to_string();
            let reasons = error.strip_prefix("provider `https://login.example.com`: its key set cannot be used: ");
            // What is left of it without the places of the keys is one of a few texts.
            let reasons = reasons.unwrap().split("; ").map(|reason| reason.split_once("]: ").map_or(reason, |(_, why)| why));
            for reason in reasons {
                assert!(reason.len() < 120 && reason.is_ascii() && (reason.starts_with("it") || reason.starts_with("a member") || reason.starts_with("none of its keys") || reason.starts_with("another key")), "{reason}");
            }
        }
    }
});
