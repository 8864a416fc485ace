//! What a token can make the verifier allocate, and what a route costs a request: a binary of its own, as it counts every allocation.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::string_slice
)]

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use allocation_counter::measure;
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::routing::get;
use oauth2_guard::testing::{SigningKey, TestClock, TokenBuilder};
use oauth2_guard::{Algorithm, GuardedRouter, Provider, ResourceServer, guarded, public, requires};
use oauth2_guard_tests::hostile::{Behaviour, Hostile, Place};
use serde_json::json;
use tokio::runtime::Builder;
use tower::ServiceExt;

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
            let bytes = peak(&server, &".".repeat(dots));
            assert!(bytes <= one, "{bytes} bytes for {dots} dots, {one} for one, a limit of {limit}");
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
    let objects = format!("[{}0]", "{\"\":0},".repeat(1_700));
    let members = (0..1000).map(|index| format!("\"m{index}\":0")).collect::<Vec<_>>().join(",");
    for filling in [long, many, deep, objects, format!("{{{members}}}")] {
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

/// What is remembered takes what it is counted for, and the count is no more than a third above it.
#[test]
fn remembered_tokens_take_no_more_bytes_than_they_may() {
    const LIMIT: usize = 4 * 1024 * 1024;
    let secret: [u8; 32] = std::array::from_fn(|index| index as u8 * 7 + 1);
    let key = SigningKey::secret(Algorithm::HS256, "1", &secret);
    let roles = |count: usize, length: usize| {
        let roles = (0..count).map(|number| format!("\"{number:0length$}\""));
        format!("\"roles\":[{}]", roles.collect::<Vec<_>>().join(","))
    };
    let shapes: [(&str, String); 7] = [
        ("1", r#""sub":"alice""#.to_owned()),
        ("1", r#""sub":"\u0061lice","jti":"\u0061\u0062","s\u0063ope":"re\u0061d""#.to_owned()),
        ("1", format!(r#""sub":"alice","scope":"{}""#, "orders:read ".repeat(40))),
        ("1", roles(100, 1)),
        ("1", roles(3, 1_000)),
        ("1", format!(r#""x":{{"y":[{}0]}}"#, "{},".repeat(200))),
        // Each with a header of its own.
        ("", roles(5, 10)),
    ];
    for (id, shape) in shapes {
        let token = |number: usize| {
            let header = match id {
                "" => format!(r#"{{"alg":"HS256","x":"{number}{}"}}"#, "x".repeat(200)),
                id => format!(r#"{{"alg":"HS256","kid":"{id}"}}"#),
            };
            let valid = r#""iss":"https://login.example.com","aud":"api","exp":253402300799"#;
            key.sign(header, format!(r#"{{{valid},"number":{number},{shape}}}"#))
        };
        let tokens: Vec<_> = (0..12_000).map(token).collect();
        let remember = |limit: usize| {
            let mut server = None;
            let taken = measure(|| {
                let provider =
                    Provider::with_shared_secret("https://login.example.com", secret).audience("api");
                let builder = ResourceServer::builder().provider(provider).max_cached_tokens(1_000_000);
                let built = now(builder.max_cache_bytes(limit).build()).unwrap();
                tokens.iter().for_each(|token| drop(now(built.verify(token)).unwrap()));
                server = Some(built);
            });
            drop(server);
            usize::try_from(taken.bytes_current).unwrap()
        };
        let taken = remember(LIMIT).saturating_sub(remember(1));
        assert!(taken <= LIMIT, "{taken} of {LIMIT} bytes: {}", &shape[..40.min(shape.len())]);
        assert!(taken >= LIMIT / 4 * 3, "{taken} of {LIMIT} bytes: {}", &shape[..40.min(shape.len())]);
    }
}

/// The most bytes that are allocated at one time for a fetch of what `hostile` says.
fn peak_of_fetch(tell: impl FnOnce(&Hostile)) -> u64 {
    // The server has a thread of its own, as only those of this one are counted.
    let elsewhere = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let here = Builder::new_current_thread().enable_all().build().unwrap();
    let clock = TestClock::new();
    let key = Arc::new(SigningKey::generate(Algorithm::ES256, "1"));
    let hostile = elsewhere.block_on(Hostile::publishing(&clock, &[Arc::clone(&key)]));
    let server = here.block_on(hostile.server());
    tell(&hostile);
    clock.advance(Duration::from_secs(31));
    let unknown = hostile.token(&key).header("kid", "bogus").build();
    let peak = measure(|| drop(here.block_on(server.verify(&unknown)))).bytes_max;
    assert!(hostile.asked(Place::Document) > 1, "it was asked");
    assert!(now(server.verify(&hostile.token(&key).build())).is_ok());
    peak
}

#[test]
fn what_an_authorization_server_says_costs_no_more_than_its_limits() {
    let honest = peak_of_fetch(|_| {});
    assert!(honest <= 128 * 1024, "{honest}");
    for behaviour in Behaviour::ALL.iter().filter(|behaviour| !behaviour.is_stuck()) {
        for place in [Place::Document, Place::Keys] {
            // What is read at the most, twice while it is moved, and what the HTTP library has read ahead.
            let bytes = peak_of_fetch(|hostile| hostile.does(*behaviour, place));
            assert!(bytes <= 3 * 1024 * 1024, "{behaviour:?} of {place:?}: {bytes}");
        }
    }
}

#[test]
fn a_key_set_costs_no_more_than_a_multiple_of_its_limit() {
    // An element of an array takes 32 bytes, an object as many as eleven members of one.
    for filling in ["[],", "0,", "\"\",", "{},", "{\"\":0},", "{\"a\":{\"\":0}},", "[{\"\":0}],"] {
        let many = filling.repeat(500_000 / filling.len());
        for text in [format!("{{\"keys\":[{many}0]}}"), format!("{{\"keys\":[],\"x\":[{many}0]}}")] {
            let bytes = peak_of_fetch(|hostile| hostile.says_keys(200, "", &text));
            assert!(bytes <= 16 * 1024 * 1024, "{filling} {bytes}");
        }
    }
}

#[requires]
async fn guarded_handler() -> &'static str {
    "here"
}

#[public]
async fn public_handler() -> &'static str {
    "here"
}

/// How many allocations a request to that path takes, the router's clone aside.
fn allocations(app: &Router, path: &str, token: Option<&str>) -> u64 {
    let request = || {
        let request = Request::get(path);
        let request = match token {
            Some(token) => request.header("authorization", format!("Bearer {token}")),
            None => request,
        };
        (app.clone(), request.body(Body::empty()).unwrap())
    };
    let send = |(app, request): (Router, Request<Body>)| now(app.oneshot(request)).unwrap();
    // What is made on first use is made.
    assert_eq!(send(request()).status(), 200, "{path}");
    let prepared = request();
    measure(|| drop(send(prepared))).count_total
}

/// The map is made once, and which route is meant is looked up without making anything.
#[test]
fn a_protected_router_allocates_for_a_request_what_axums_own_does() {
    let key = SigningKey::generate(Algorithm::ES256, "1");
    let server = server(&key, 16 * 1024);
    let token = TokenBuilder::new("https://login.example.com", "api", key).build();

    let plain = Router::new()
        .route("/guarded/{id}", get(guarded_handler))
        .route("/public/{id}", get(public_handler))
        .layer(server.layer().public_paths(["/public/*"]).unwrap());
    let mut routes = GuardedRouter::new()
        .route("/guarded/{id}", guarded::get(guarded_handler))
        .route("/public/{id}", guarded::get(public_handler));
    for number in 0..100 {
        routes = routes.route(&format!("/{number}/{{id}}"), guarded::get(guarded_handler));
    }
    let protected = Router::from(routes.protect(&server));
    for (path, token) in [
        ("/guarded/1", Some(&*token)),
        ("/public/1", Some(&*token)),
        ("/public/1", None),
        ("/public/1", Some("bad")),
    ] {
        let (plain, protected) = (allocations(&plain, path, token), allocations(&protected, path, token));
        assert!(plain > 0 && protected <= plain, "{path}: {protected} in place of {plain}");
    }
}
