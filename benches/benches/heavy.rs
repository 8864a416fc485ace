//! Good requests over HTTP, alone and beside a flood of wrong signatures, of which each is checked: `cargo bench --bench heavy`.
//!
//! The tokens of the good requests were seen before. A wrong signature takes as long as a good one that nobody has seen, and may be sent
//! again. The API has a runtime of two threads; who asks well and who floods have a thread each. `-- --seconds 10` for more of it,
//! `-- --test` for a glance.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::print_stdout,
    missing_docs,
    reason = "a measurement fails by panicking"
)]

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair, RsaKeyPair};
use axum::Router;
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use oauth2_guard::testing::{SigningKey, TokenBuilder};
use oauth2_guard::{Algorithm, Provider, ResourceServer, requires};
use oauth2_guard_benches::keep_alive::{Connection, request};
use oauth2_guard_benches::tokens::{AUDIENCE, ISSUER, common};
use oauth2_guard_benches::{is_test, now, quantile};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::JoinSet;
use tokio::time::{interval_at, sleep};

/// A second, over so many connections.
const GOOD_RATE: u32 = 1_000;
const GOOD_CONNECTIONS: u32 = 32;

/// Each asks again as soon as it is answered.
const FLOOD_CONNECTIONS: usize = 64;

#[requires(scopes = "orders:read")]
async fn orders() -> &'static str {
    "none"
}

/// What came of the requests of some windows.
#[derive(Default)]
struct Tally {
    nanoseconds: Vec<f64>,
    others: usize,
}

fn main() {
    let (rounds, window) = match seconds() {
        _ if is_test() => (1, Duration::from_millis(100)),
        seconds => (seconds, Duration::from_secs(1)),
    };
    let [server, client, others] = [2, 1, 1].map(runtime);
    let (good, kinds, jwks) = requests();
    let provider = Provider::with_jwks(ISSUER, json!({"keys": jwks}).to_string()).audience(AUDIENCE);
    let guard = now(ResourceServer::builder().provider(provider).build()).expect("a server");
    let listener = server.block_on(TcpListener::bind("127.0.0.1:0")).expect("a port");
    let address = listener.local_addr().expect("an address");
    let app = Router::new().route("/", get(orders)).layer(guard.layer());
    server.spawn(async move { axum::serve(listener, app).await });

    let load = Load { good, address, others: others.handle().clone() };
    let mut tallies: Vec<Tally> = kinds.iter().map(|_| Tally::default()).collect();
    // What is not warm yet counts for nobody.
    client.block_on(load.window(window / 4, None, &mut Tally::default()));
    for _ in 0..rounds {
        for ((_, flood), tally) in kinds.iter().zip(&mut tallies) {
            client.block_on(load.window(window, flood.clone(), tally));
        }
    }

    println!(
        "\nRS256 over HTTP, {GOOD_RATE} good requests/s beside {FLOOD_CONNECTIONS} connections that ask without a pause"
    );
    println!("  {:<48} {:>7} {:>18} {:>18} {:>9}", "", "served", "median", "p99", "others/s");
    let mut alone = None;
    for ((name, _), tally) in kinds.iter().zip(tallies) {
        let [median, p99] = [0.5, 0.99].map(|share| quantile(tally.nanoseconds.clone(), share));
        let (alone_median, alone_p99) = *alone.get_or_insert((median, p99));
        println!(
            "  {name:<48} {:>7} {:>6.2} x {:>6.0} us {:>6.2} x {:>6.0} us {:>9.0}",
            tally.nanoseconds.len(),
            median / alone_median,
            median / 1e3,
            p99 / alone_p99,
            p99 / 1e3,
            tally.others as f64 / (window.as_secs_f64() * f64::from(rounds)),
        );
    }
}

fn seconds() -> u32 {
    let arguments: Vec<String> = std::env::args().collect();
    let at = arguments.iter().position(|argument| argument == "--seconds");
    at.and_then(|at| arguments.get(at + 1)?.parse().ok()).unwrap_or(5)
}

fn runtime(threads: usize) -> Runtime {
    Builder::new_multi_thread().worker_threads(threads).enable_all().build().expect("a runtime")
}

type Kinds = Vec<(&'static str, Option<Vec<u8>>)>;

/// The good one, those that come beside it, and the keys of all.
fn requests() -> (Vec<u8>, Kinds, Vec<Value>) {
    let key = |algorithm, id: &str| Arc::new(SigningKey::generate(algorithm, id));
    let token = |key: &Arc<SigningKey>| common(TokenBuilder::new(ISSUER, AUDIENCE, Arc::clone(key)));
    let [rsa, p521] = [key(Algorithm::RS256, "rsa-2048"), key(Algorithm::ES512, "p-521")];
    let good = token(&rsa);
    let wrong = |key: &Arc<SigningKey>| {
        let other = SigningKey::generate(key.algorithm(), key.id());
        token(key).signed_by(other).build()
    };
    // Of the right length, and smaller than the modulus.
    let pair = RsaKeyPair::generate(KeySize::Rsa4096).expect("an RSA key");
    let large = pair.public_key();
    let [n, e] = [large.modulus(), large.exponent()]
        .map(|number| URL_SAFE_NO_PAD.encode(number.big_endian_without_leading_zero()));
    let unsigned = good.clone().header("kid", "rsa-4096").build();
    let (input, _) = unsigned.rsplit_once('.').expect("a token");
    let wrong_large = format!("{input}.{}", URL_SAFE_NO_PAD.encode([1; 512]));

    let jwks = vec![
        rsa.jwk(),
        p521.jwk(),
        json!({"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "rsa-4096", "n": n, "e": e}),
    ];
    let without = b"GET / HTTP/1.1\r\nHost: api\r\n\r\n".to_vec();
    let kinds = vec![
        ("alone", None),
        ("beside requests without a token", Some(without)),
        ("beside wrong signatures, RSA of 2048 bits", Some(request(&wrong(&rsa)))),
        ("beside wrong signatures, RSA of 4096 bits", Some(request(&wrong_large))),
        ("beside wrong signatures, P-521", Some(request(&wrong(&p521)))),
    ];
    (request(&good.build()), kinds, jwks)
}

#[derive(Clone)]
struct Load {
    good: Vec<u8>,
    address: SocketAddr,
    others: Handle,
}

impl Load {
    async fn window(&self, lasts: Duration, flood: Option<Vec<u8>>, tally: &mut Tally) {
        let over = Arc::new(AtomicBool::new(false));
        let mut good = JoinSet::new();
        for number in 0..GOOD_CONNECTIONS {
            good.spawn(self.clone().asks_well(number, Arc::clone(&over)));
        }
        let mut others = JoinSet::new();
        for _ in 0..flood.as_ref().map_or(0, |_| FLOOD_CONNECTIONS) {
            let (request, over) = (flood.clone().unwrap_or_default(), Arc::clone(&over));
            others.spawn_on(self.clone().floods(request, over), &self.others);
        }
        sleep(lasts).await;
        over.store(true, Ordering::SeqCst);
        tally.nanoseconds.extend(good.join_all().await.into_iter().flatten());
        tally.others += others.join_all().await.into_iter().sum::<usize>();
    }

    /// How long each took.
    async fn asks_well(self, number: u32, over: Arc<AtomicBool>) -> Vec<f64> {
        let mut connection = Connection::open(self.address).await.expect("a connection");
        let between = Duration::from_secs(1) * GOOD_CONNECTIONS / GOOD_RATE;
        let first = tokio::time::Instant::now() + between * number / GOOD_CONNECTIONS;
        let mut ticks = interval_at(first, between);
        let mut nanoseconds = Vec::new();
        loop {
            ticks.tick().await;
            if over.load(Ordering::SeqCst) {
                return nanoseconds;
            }
            let start = Instant::now();
            assert_eq!(connection.status(&self.good).await.expect("an answer"), 200);
            nanoseconds.push(start.elapsed().as_nanos() as f64);
        }
    }

    async fn floods(self, request: Vec<u8>, over: Arc<AtomicBool>) -> usize {
        let mut connection = Connection::open(self.address).await.expect("a connection");
        let mut sent = 0;
        while !over.load(Ordering::SeqCst) {
            assert_eq!(connection.status(&request).await.expect("an answer"), 401);
            sent += 1;
        }
        sent
    }
}
