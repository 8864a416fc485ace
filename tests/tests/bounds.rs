//! What a token can make the verifier allocate: a binary of its own, as it counts every allocation.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use allocation_counter::measure;
use oauth2_guard::testing::{SigningKey, TokenBuilder};
use oauth2_guard::{Algorithm, Provider, ResourceServer};
use serde_json::json;

fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it waits"),
    }
}

fn server(key: &SigningKey, max_token_bytes: usize) -> ResourceServer {
    let jwks = json!({"keys": [key.jwk()]}).to_string();
    let provider = Provider::with_jwks("https://login.example.com", jwks).audience("api");
    now(ResourceServer::builder().provider(provider).max_token_bytes(max_token_bytes).build()).unwrap()
}

/// The most bytes that were allocated at one time.
fn peak(server: &ResourceServer, token: &str) -> u64 {
    // What is made on first use is made.
    let _ = now(server.verify(token));
    measure(|| drop(now(server.verify(token)))).bytes_max
}

#[test]
fn ten_million_dots_cost_no_more_than_one() {
    let key = SigningKey::generate(Algorithm::ES256, "1");
    for limit in [16 * 1024, usize::MAX] {
        let server = server(&key, limit);
        let one = peak(&server, ".");
        for dots in [3, 16_384, 10_000_000] {
            assert_eq!(peak(&server, &".".repeat(dots)), one, "{dots} dots, a limit of {limit}");
        }
    }
}

#[test]
fn what_is_not_signed_costs_a_few_times_its_own_size() {
    let key = SigningKey::generate(Algorithm::ES256, "1");
    let server = server(&key, 16 * 1024);
    let foreign = SigningKey::generate(Algorithm::ES256, "1");
    let header = |filling: &str| format!(r#"{{"alg":"ES256","kid":"1","x":{filling}}}"#);
    let long = format!("\"{}\"", "x".repeat(11_000));
    let many = format!("[{}0]", "0,".repeat(5_500));
    let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
    let members = (0..1000).map(|index| format!("\"m{index}\":0")).collect::<Vec<_>>().join(",");
    for filling in [long, many, deep, format!("{{{members}}}")] {
        for token in [
            foreign.sign(header(&filling), "{}"),
            foreign.sign(r#"{"alg":"ES256","kid":"1"}"#, header(&filling)),
        ] {
            assert!(now(server.verify(&token)).is_err());
            let bytes = peak(&server, &token);
            // An element of an array takes 32 bytes, and its text two.
            assert!(bytes <= 64 * 16 * 1024, "{bytes} bytes for a token of {}", token.len());
        }
    }
    let good = TokenBuilder::new("https://login.example.com", "api", key).build();
    assert!(now(server.verify(&good)).is_ok());
}
