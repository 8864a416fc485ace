//! How the cost of a guarded request grows with what there is of something: `cargo bench --bench growth`.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    missing_docs,
    reason = "a measurement fails by panicking"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderValue, StatusCode};
use axum::routing::get;
use oauth2_guard::policy::Rule;
use oauth2_guard::testing::{SigningKey, TokenBuilder};
use oauth2_guard::{Algorithm, Guard, Policy, Provider, ResourceServer};
use oauth2_guard_benches::api::{Caller, app, bearer};
use oauth2_guard_benches::process::busy_thread;
use oauth2_guard_benches::tokens::{
    AUDIENCE, ISSUER, common, distinct, key, provider, token as common_token,
};
use oauth2_guard_benches::{Subject, compare, median, now, unless_test};
use serde_json::json;

const ALGORITHM: Algorithm = Algorithm::ES256;
const SIZES: [usize; 3] = [1, 10, 100];

/// Whether the server remembers tokens.
#[derive(Clone, Copy)]
enum Token {
    SeenBefore,
    VerifiedEveryTime,
}

impl std::fmt::Display for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::SeenBefore => "a token seen before",
            Self::VerifiedEveryTime => "verified every time",
        })
    }
}

fn main() {
    for token in [Token::SeenBefore, Token::VerifiedEveryTime] {
        providers(token);
        keys(token);
        scopes(token);
    }
    leaves();
    tokens();
    threads();
}

fn server(token: Token, providers: impl IntoIterator<Item = Provider>) -> ResourceServer {
    let builder = providers.into_iter().fold(ResourceServer::builder(), |all, one| all.provider(one));
    let builder = match token {
        // Never so many that one is forgotten.
        Token::SeenBefore => builder.max_cached_tokens(1 << 30).max_cache_bytes(1 << 40),
        Token::VerifiedEveryTime => builder.without_cache(),
    };
    now(builder.build()).expect("a server")
}

fn request<'a>(name: String, app: &Router, path: &'static str, token: &str) -> Subject<'a> {
    let mut caller = Caller::new(app, path, StatusCode::OK);
    let credentials = bearer(token);
    Subject::new(name, move || caller.call(Some(&credentials)))
}

/// The token is of the one that was named last.
fn providers(token: Token) {
    let subjects = SIZES.map(|size| {
        let issuers: Vec<_> = (0..size).map(|number| format!("https://{number}.example.com")).collect();
        let key = key(ALGORITHM);
        let provider = |issuer| {
            let jwks = json!({"keys": [key.jwk()]}).to_string();
            Provider::with_jwks(issuer, jwks).audience(AUDIENCE)
        };
        let app = app(&server(token, issuers.iter().map(provider)));
        let issuer = issuers.last().expect("an issuer");
        let token = common(TokenBuilder::new(issuer, AUDIENCE, Arc::clone(&key))).build();
        request(size.to_string(), &app, "/guarded", &token)
    });
    compare(&format!("providers of a server, {token}"), subjects.into());
}

/// The token is signed by the one that stands last.
fn keys(token: Token) {
    let subjects = SIZES.map(|size| {
        let keys: Vec<_> = (0..size)
            .map(|number| Arc::new(SigningKey::generate(ALGORITHM, format!("signing-key-{number}"))))
            .collect();
        let jwks = json!({"keys": keys.iter().map(|key| key.jwk()).collect::<Vec<_>>()}).to_string();
        let app = app(&server(token, [Provider::with_jwks(ISSUER, jwks).audience(AUDIENCE)]));
        let token = common_token(keys.last().expect("a key")).build();
        request(size.to_string(), &app, "/guarded", &token)
    });
    compare(&format!("keys of a provider, {token}"), subjects.into());
}

/// The one that is asked for stands last.
fn scopes(token: Token) {
    let key = key(ALGORITHM);
    let app = app(&server(token, [provider(&key)]));
    let subjects = SIZES.map(|size| {
        let mut scopes: Vec<_> = (1..size).map(|number| format!("orders:{number}")).collect();
        scopes.push("orders:read".to_owned());
        let token = common_token(&key).scopes(&scopes.join(" ")).build();
        request(format!("{size}, a token of {} bytes", token.len()), &app, "/guarded", &token)
    });
    compare(&format!("scopes of a token, {token}"), subjects.into());
}

struct Leaves<const N: usize>;

/// `orders:00` and so on.
static ABSENT: [[u8; 9]; 100] = {
    let mut names = [*b"orders:00"; 100];
    let mut number = 0;
    while number < names.len() {
        names[number][7] += (number / 10) as u8;
        names[number][8] += (number % 10) as u8;
        number += 1;
    }
    names
};

impl<const N: usize> Leaves<N> {
    const EACH: [Rule; N] = {
        let mut leaves = [Rule::scope("orders:read"); N];
        let mut number = 0;
        while number + 1 < N {
            let Ok(name) = std::str::from_utf8(&ABSENT[number]) else { panic!("ASCII") };
            leaves[number] = Rule::scope(name);
            number += 1;
        }
        leaves
    };
}

/// The one that holds stands last.
impl<const N: usize> Policy for Leaves<N> {
    type Checks = ();
    const RULE: Rule = Rule::Any(&Self::EACH);
}

fn leaves() {
    async fn guarded<const N: usize>(_: Guard<Leaves<N>>) {}

    let key = key(ALGORITHM);
    let app = Router::new()
        .route("/1", get(guarded::<1>))
        .route("/10", get(guarded::<10>))
        .route("/100", get(guarded::<100>))
        .layer(server(Token::SeenBefore, [provider(&key)]).layer());
    let token = common_token(&key).build();
    let subjects = [("1", "/1"), ("10", "/10"), ("100", "/100")]
        .map(|(size, path)| request(size.to_owned(), &app, path, &token));
    compare("leaves of a rule, of which the last holds", subjects.into());
}

/// Each is asked with in turn; the bare handler gets the same, so that it is the same memory that is not at hand.
fn tokens() {
    let key = key(ALGORITHM);
    let app = app(&server(Token::SeenBefore, [provider(&key)]));
    for count in unless_test(vec![10, 10_000, 1_000_000], vec![10, 100]) {
        let tokens: Vec<_> = distinct(&common_token(&key), count).map(|token| bearer(&token)).collect();
        let subject = |name: &str, path| {
            let mut caller = Caller::new(&app, path, StatusCode::OK);
            tokens.iter().for_each(|token| caller.call(Some(token)));
            let mut next = tokens.iter().cycle();
            Subject::new(name, move || caller.call(next.next()))
        };
        compare(
            &format!("{count} cached tokens in turn, against a bare handler"),
            vec![
                subject("no authorization at all", "/bare"),
                subject("#[requires(scopes = ..)]", "/guarded"),
            ],
        );
    }
}

/// What both do at once in a second that each has a core, against one alone, with one token for all or one each.
fn threads() {
    let key = key(ALGORITHM);
    let app = app(&server(Token::SeenBefore, [provider(&key)]));
    let tokens: Vec<_> = distinct(&common_token(&key), 2).map(|token| bearer(&token)).collect();
    let [first, second] = &*tokens else { return };
    println!("\nrequests by two threads at once, against one");
    for (name, path, tokens) in [
        ("no authorization at all", "/bare", [first, first]),
        ("#[requires(scopes = ..)], a token of all", "/guarded", [first, first]),
        ("#[requires(scopes = ..)], a token of each", "/guarded", [first, second]),
    ] {
        let caller = Caller::new(&app, path, StatusCode::OK);
        let ratios = (0..unless_test(31, 1)).map(|_| {
            let one = requests(&caller, &tokens[..1]);
            requests(&caller, &tokens) / one
        });
        println!("  {name:<52} {:>8.3} x   target >= 1.8", median(ratios.collect()));
    }
}

/// A second of each thread's own time, by a thread for each token.
fn requests(caller: &Caller, tokens: &[&HeaderValue]) -> f64 {
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let threads: Vec<_> = tokens
            .iter()
            .map(|token| {
                scope.spawn(|| {
                    let mut caller = caller.clone();
                    let (mut count, before) = (0.0, busy_thread());
                    while !over.load(Ordering::Relaxed) {
                        caller.call(Some(token));
                        count += 1.0;
                    }
                    count / (busy_thread() - before).as_secs_f64()
                })
            })
            .collect();
        thread::sleep(unless_test(Duration::from_millis(100), Duration::from_millis(2)));
        over.store(true, Ordering::Relaxed);
        threads.into_iter().map(|thread| thread.join().expect("a thread")).sum()
    })
}
