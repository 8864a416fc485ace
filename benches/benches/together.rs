//! A token that nobody has seen, from many connections at once: `cargo bench --bench together`.
//!
//! Each verification makes claims of its own, and who finds the token shares those of another: so they are counted. What it would cost if
//! one verified it for all is told by the cache that would have to see to that.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::print_stdout,
    missing_docs,
    reason = "a measurement fails by panicking"
)]

use std::collections::HashSet;
use std::hint::black_box;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderValue, Request, StatusCode};
use axum::routing::get;
use oauth2_guard::{Algorithm, OAuth2Claims, ResourceServer};
use oauth2_guard_benches::api::bearer;
use oauth2_guard_benches::tokens::{distinct, key, provider, token};
use oauth2_guard_benches::{Subject, compare, now, unless_test};
use quick_cache::sync::{Cache, GuardResult};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Barrier;
use tokio::task::JoinSet;
use tower::ServiceExt;

const CONNECTIONS: usize = 50;
const ROUNDS: usize = 500;

type Seen = Arc<Mutex<Vec<OAuth2Claims>>>;

/// Keeps them, so that no two have one address.
async fn orders(State(seen): State<Seen>, claims: OAuth2Claims) {
    seen.lock().expect("nobody panicked").push(claims);
}

fn main() {
    println!("\nhow often a token is verified that {CONNECTIONS} connections bring at once");
    println!("  {:<52} {:>10} {:>12}", "", "on average", "at the most");
    for algorithm in [Algorithm::RS256, Algorithm::ES256, Algorithm::ES512] {
        for threads in [1, 2] {
            let times = verifications(algorithm, threads);
            let average = times.iter().sum::<usize>() as f64 / times.len() as f64;
            let most = times.iter().max().expect("a round");
            println!("  {:<52} {average:>10.2} {most:>12}", format!("{algorithm}, {threads} threads"));
        }
    }
    queue();
}

/// In each round, of a token that is new.
fn verifications(algorithm: Algorithm, threads: usize) -> Vec<usize> {
    let key = key(algorithm);
    let server = now(ResourceServer::builder().provider(provider(&key)).build()).expect("a server");
    let seen = Seen::default();
    let app = Router::new().route("/", get(orders)).with_state(Arc::clone(&seen)).layer(server.layer());
    let runtime = Builder::new_multi_thread().worker_threads(threads).build().expect("a runtime");
    let token = token(&key);
    distinct(&token, unless_test(ROUNDS, 1))
        .map(|token| {
            bring(&runtime, &app, &bearer(&token));
            let claims = std::mem::take(&mut *seen.lock().expect("nobody panicked"));
            assert_eq!(claims.len(), CONNECTIONS);
            let distinct: HashSet<_> =
                claims.iter().map(|claims| std::ptr::from_ref(claims.as_json())).collect();
            distinct.len()
        })
        .collect()
}

/// All at once.
fn bring(runtime: &Runtime, app: &Router, token: &HeaderValue) {
    let barrier = Arc::new(Barrier::new(CONNECTIONS));
    runtime.block_on(async {
        let mut all = JoinSet::new();
        for _ in 0..CONNECTIONS {
            let request = Request::get("/").header(AUTHORIZATION, token).body(Body::empty());
            let (app, request, barrier) = (app.clone(), request.expect("a request"), Arc::clone(&barrier));
            all.spawn(async move {
                barrier.wait().await;
                let answer = app.oneshot(request).await.expect("an answer");
                assert_eq!(answer.status(), StatusCode::OK);
            });
        }
        all.join_all().await;
    });
}

/// A look that finds nothing and what is kept after it, and the same with a place that others wait for.
fn queue() {
    let [plain, guarded] = [(); 2].map(|()| Cache::<[u64; 4], Arc<str>>::new(1_000));
    let claims: Arc<str> = "claims".into();
    let (mut one, mut other) = (0, 0);
    compare(
        "the cache's part of a token seen first",
        vec![
            Subject::new("a look, and what is kept after it", || {
                one += 1;
                let key = [one; 4];
                if black_box(&plain).get(&key).is_none() {
                    plain.insert(key, Arc::clone(&claims));
                }
            }),
            Subject::new("the same, with a place that others wait for", || {
                other += 1;
                if let GuardResult::Guard(guard) = black_box(&guarded).get_value_or_guard(&[other; 4], None) {
                    let _ = guard.insert(Arc::clone(&claims));
                }
            }),
        ],
    );
}
