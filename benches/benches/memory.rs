//! What a guarded API has in memory that a bare one has not, at rest and with cached tokens: `cargo bench --bench memory`.
//!
//! The APIs are processes of their own, which fetch their keys; it is Linux that counts.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::print_stdout,
    missing_docs,
    reason = "a measurement fails by panicking"
)]

use std::net::SocketAddr;

use oauth2_guard::Algorithm;
use oauth2_guard::testing::{Issuer, TokenBuilder};
use oauth2_guard_benches::keep_alive::{Connection, request};
use oauth2_guard_benches::process::Server;
use oauth2_guard_benches::tokens::{common, distinct};
use oauth2_guard_benches::{median, unless_test};
use serde_json::json;
use tokio::task::JoinSet;

const CONNECTIONS: usize = 4;
const MEGABYTE: f64 = 1_000_000.0;

#[tokio::main]
async fn main() {
    let issuer = Issuer::start().await.expect("an issuer");
    let token = common(issuer.token()).algorithm(Algorithm::ES256);
    at_rest(&issuer, &token).await;
    cached(&issuer, &token).await;
}

/// After one request, in the middle of several processes.
async fn at_rest(issuer: &Issuer, token: &TokenBuilder) {
    println!("\nat rest, after a request");
    println!("  {:<48} {:>12} {:>16} {:>12}", "", "resident", "of it, allocated", "more");
    let guarded = env!("CARGO_BIN_EXE_guarded");
    let jwks = json!({"keys": [issuer.key(Algorithm::ES256).jwk()]}).to_string();
    let mut bare = None;
    let apis = [
        ("no authorization at all", env!("CARGO_BIN_EXE_bare"), vec![]),
        ("the program of those below, unguarded", guarded, vec![issuer.url(), "--unguarded"]),
        ("#[requires(scopes = ..)], keys in the program", guarded, vec![issuer.url(), "--keys", &jwks]),
        ("#[requires(scopes = ..)], keys by discovery", guarded, vec![issuer.url()]),
    ];
    for (name, program, arguments) in apis {
        let mut memories = Vec::new();
        for _ in 0..unless_test(5, 1) {
            let server = Server::start(program, &arguments);
            ask(server.address(), vec![token.build()]).await;
            memories.push(server.memory());
        }
        let resident = median(memories.iter().map(|memory| memory.resident as f64).collect()) / MEGABYTE;
        let anonymous = median(memories.iter().map(|memory| memory.anonymous as f64).collect()) / MEGABYTE;
        let more = resident - *bare.get_or_insert(resident);
        let target = if more == 0.0 { "" } else { "   target <= 1.5 MB" };
        println!("  {name:<48} {resident:>9.2} MB {anonymous:>13.2} MB {more:>9.2} MB{target}");
    }
}

/// Each token is sent once.
async fn cached(issuer: &Issuer, token: &TokenBuilder) {
    let size = token.build().len();
    println!("\nwith cached tokens of {size} bytes each, ES256");
    println!("  {:<48} {:>12} {:>16} {:>22}", "", "resident", "of a token", "of it, of its own size");
    for count in unless_test(vec![10_000, 1_000_000], vec![100]) {
        let arguments = [issuer.url(), "--any-number-of-tokens"];
        let server = Server::start(env!("CARGO_BIN_EXE_guarded"), &arguments);
        ask(server.address(), vec![token.build()]).await;
        let before = server.memory();
        let mut askers = JoinSet::new();
        for share in 0..CONNECTIONS {
            let token = token.clone().claim("sid", share);
            let address = server.address();
            askers.spawn(async move {
                let mut connection = Connection::open(address).await.expect("a connection");
                for token in distinct(&token, count / CONNECTIONS) {
                    let status = connection.status(&request(&token)).await.expect("an answer");
                    assert_eq!(status, 200);
                }
            });
        }
        askers.join_all().await;
        let after = server.memory();
        let each = (after.anonymous - before.anonymous) as f64 / count as f64;
        println!(
            "  {:<48} {:>9.2} MB {each:>10.0} bytes {:>20.2} x   target <= 2",
            format!("{count} tokens"),
            after.resident as f64 / MEGABYTE,
            each / size as f64,
        );
    }
}

async fn ask(address: SocketAddr, tokens: Vec<String>) {
    let mut connection = Connection::open(address).await.expect("a connection");
    for token in tokens {
        assert_eq!(connection.status(&request(&token)).await.expect("an answer"), 200);
    }
}
