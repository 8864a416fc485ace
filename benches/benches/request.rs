//! A guarded request against the same handler without anything before it, in process: `cargo bench --bench request`.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    missing_docs,
    reason = "a measurement fails by panicking"
)]

use std::fmt::Debug;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::response::Response;
use oauth2_guard::{Algorithm, ResourceServer};
use oauth2_guard_benches::api::{Caller, app as router, around, bearer};
use oauth2_guard_benches::tokens::{distinct, key, provider, token};
use oauth2_guard_benches::{Subject, compare, unless_test};
use tower::Service;

/// More tokens in turn than the server remembers: each is one that it does not know.
const REMEMBERED: usize = 16;
const IN_TURN: usize = 4_000;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let algorithms =
        [(Algorithm::RS256, "<= 1.9"), (Algorithm::ES256, "<= 1.8"), (Algorithm::EdDSA, "<= 1.8")];
    for (algorithm, cached) in algorithms {
        let key = key(algorithm);
        let server = || ResourceServer::builder().provider(provider(&key));
        let guarded = server().build().await.expect("a server");
        let (app, around) = (router(&guarded), around(&guarded));
        let around = |status| Caller::new(&around, "/guarded", status);
        let forgetful = router(&server().max_cached_tokens(REMEMBERED).build().await.expect("a server"));
        let uncached = router(&server().without_cache().build().await.expect("a server"));

        let token = token(&key);
        let good = token.build();
        let unseen: Vec<_> = distinct(&token, unless_test(IN_TURN, 2 * REMEMBERED)).collect();
        let unknown_key = token.clone().header("kid", "unknown").build();
        // That of another token: a check as long as any, where one by another RSA key may be a number that is too large.
        let (signed, other) = (token.clone().claim("sid", "1").build(), token.claim("sid", "2").build());
        let input = signed.rsplit_once('.').expect("a token").0;
        let bad_signature = format!("{input}.{}", other.rsplit_once('.').expect("a token").1);

        let every_time = "#[requires(scopes = ..)], verified every time";
        compare(
            &format!("{algorithm}, in process, against a bare handler"),
            vec![
                accepted("no authorization at all", &app, "/bare", &good),
                accepted("no authorization, a parameter of the path", &app, "/unowned/alice", &good),
                accepted("a layer that does nothing", &app, "/nothing", &good),
                accepted("#[requires(scopes = ..)], a token seen before", &app, "/guarded", &good)
                    .target(cached),
                request("the same, the layer around the router", around(StatusCode::OK), &[Some(&good)]),
                accepted("the same, with Claims<T> of 5 fields", &app, "/typed", &good).target("<= 2.7"),
                accepted("#[requires(scopes = .., owner(..))]", &app, "/owned/alice", &good),
                in_turn("#[requires(scopes = ..)], a token seen first", &forgetful, &unseen),
                accepted(every_time, &uncached, "/guarded", &good),
                in_turn("the same, another token each time", &uncached, &unseen),
                refused("refused: the rule denies", &app, "/denied", Some(&good), StatusCode::FORBIDDEN),
                unauthorized("refused: no token", &app, None).target("<= 0.9"),
                request("the same, the layer around the router", around(StatusCode::UNAUTHORIZED), &[None]),
                unauthorized("refused: garbage", &app, Some("garbage")).target("<= 1.2"),
                unauthorized("refused: unknown key", &app, Some(&unknown_key)).target("<= 1.4"),
                unauthorized("refused: bad signature", &app, Some(&bad_signature))
                    .target("<= what is verified every time"),
            ],
        );
    }
}

fn accepted<'a>(name: &str, app: &Router, path: &'static str, token: &str) -> Subject<'a> {
    request(name, Caller::new(app, path, StatusCode::OK), &[Some(token)])
}

fn in_turn<'a>(name: &str, app: &Router, tokens: &[String]) -> Subject<'a> {
    let tokens: Vec<_> = tokens.iter().map(|token| Some(&**token)).collect();
    request(name, Caller::new(app, "/guarded", StatusCode::OK), &tokens)
}

fn unauthorized<'a>(name: &str, app: &Router, token: Option<&str>) -> Subject<'a> {
    refused(name, app, "/guarded", token, StatusCode::UNAUTHORIZED)
}

fn refused<'a>(
    name: &str,
    app: &Router,
    path: &'static str,
    token: Option<&str>,
    status: StatusCode,
) -> Subject<'a> {
    request(name, Caller::new(app, path, status), &[token])
}

/// With these tokens in turn, or none.
fn request<'a, S>(name: &str, mut caller: Caller<S>, tokens: &[Option<&str>]) -> Subject<'a>
where
    S: Service<Request<Body>, Response = Response, Error: Debug> + Clone + 'a,
{
    let credentials: Vec<_> = tokens.iter().map(|token| token.map(bearer)).collect();
    let mut next = 0;
    Subject::new(name, move || {
        caller.call(credentials.get(next).expect("one of them").as_ref());
        next = (next + 1) % credentials.len();
    })
}
