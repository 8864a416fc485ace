//! Good requests over HTTP, alone and beside a flood of key IDs that nobody has, in turn: `cargo bench --bench flood`.
//!
//! `-- --seconds 10` for more of it, `-- --rate 10000` for denser floods, `-- --test` for a glance. The API, who asks well and who floods
//! have a thread each. The clock of the API runs 30 times as fast as the real one, so that a cool-down takes a second. It fails if a good
//! request is refused, or more is fetched than once in a cool-down.
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
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use oauth2_guard::testing::{SigningKey, TokenBuilder};
use oauth2_guard::{Algorithm, Clock, Provider, ResourceServer, requires};
use oauth2_guard_benches::keep_alive::{Connection, request};
use oauth2_guard_benches::quantile;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Handle};
use tokio::task::JoinSet;
use tokio::time::{interval_at, timeout};

const SPEED: u32 = 30;
const COOL_DOWN: Duration = Duration::from_secs(30);

/// A second, over so many connections.
const GOOD_RATE: usize = 1_000;
const GOOD_CONNECTIONS: usize = 32;
const FLOOD_CONNECTIONS: usize = 128;

/// Who floods does not wait for long.
const PATIENCE: Duration = Duration::from_millis(50);

/// Of a second for each kind.
const ROUNDS: usize = 5;

/// What the authorization server does.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Mood {
    Up,
    Down,
    Silent,
}

/// What else is asked meanwhile.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Beside {
    Nothing,
    /// What it costs that there are more requests, whatever they are.
    Anonymous,
    UnknownKeys,
}

#[derive(Debug)]
struct Authority {
    jwks: String,
    mood: AtomicU8,
    asked: AtomicUsize,
}

impl Authority {
    fn is(&self, mood: Mood) {
        self.mood.store(mood as u8, Ordering::SeqCst);
    }
}

async fn keys(State(authority): State<Arc<Authority>>) -> Response {
    authority.asked.fetch_add(1, Ordering::SeqCst);
    match authority.mood.load(Ordering::SeqCst) {
        up if up == Mood::Up as u8 => authority.jwks.clone().into_response(),
        down if down == Mood::Down as u8 => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        _ => std::future::pending().await,
    }
}

#[derive(Debug)]
struct FastClock(Instant);

impl Clock for FastClock {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn instant(&self) -> Instant {
        self.0 + self.0.elapsed() * SPEED
    }
}

#[requires(scopes = "orders:read")]
async fn orders() -> &'static str {
    "none"
}

struct Settings {
    rounds: usize,
    window: Duration,
    rate: usize,
}

impl Settings {
    fn read() -> Self {
        let arguments: Vec<String> = std::env::args().collect();
        let number = |name: &str| {
            let at = arguments.iter().position(|argument| argument == name)?;
            arguments.get(at + 1)?.parse::<usize>().ok()
        };
        if arguments.iter().any(|argument| argument == "--test") {
            return Self { rounds: 1, window: Duration::from_millis(200), rate: 1_000 };
        }
        let rate = number("--rate").unwrap_or(1_000).max(FLOOD_CONNECTIONS);
        Self { rounds: number("--seconds").unwrap_or(ROUNDS).max(1), window: Duration::from_secs(1), rate }
    }
}

/// What came of the good requests of some windows.
#[derive(Default)]
struct Tally {
    nanoseconds: Vec<f64>,
    refused: usize,
    bogus: usize,
    fetches: usize,
}

fn main() {
    let settings = Settings::read();
    let client = Builder::new_current_thread().enable_all().build().expect("a runtime");
    let others = Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let key = Arc::new(SigningKey::generate(Algorithm::RS256, "2026-11-signing-key"));
    let authority = Arc::new(Authority {
        jwks: json!({"keys": [key.jwk()]}).to_string(),
        mood: AtomicU8::new(Mood::Up as u8),
        asked: AtomicUsize::new(0),
    });
    let listen = TcpListener::bind("127.0.0.1:0");
    let listener = others.block_on(listen).expect("a port");
    let issuer = format!("http://{}", listener.local_addr().expect("an address"));
    let app = Router::new().route("/keys", get(keys)).with_state(Arc::clone(&authority));
    others.spawn(async move { axum::serve(listener, app).await });

    let began = Instant::now();
    let provider = Provider::with_jwks_url(&issuer, format!("{issuer}/keys")).audience("orders");
    let builder = ResourceServer::builder().clock(FastClock(began)).provider(provider);
    let server = others.block_on(builder.build()).expect("a server");
    let address = serve(Router::new().route("/", get(orders)).layer(server.layer()));
    let good = TokenBuilder::new(&issuer, "orders", key)
        .scopes("orders:read orders:write profile email openid")
        .roles(["clerk", "accountant", "auditor"])
        .expires_in(Duration::from_secs(24 * 60 * 60))
        .build();
    let load =
        Load { good, address, rate: settings.rate, sent: Arc::default(), others: others.handle().clone() };

    let kinds = [
        ("alone", Mood::Up, Beside::Nothing),
        ("beside as many requests without a token", Mood::Up, Beside::Anonymous),
        ("beside the flood, authorization server up", Mood::Up, Beside::UnknownKeys),
        ("beside the flood, it answers 503", Mood::Down, Beside::UnknownKeys),
        ("beside the flood, it says nothing", Mood::Silent, Beside::UnknownKeys),
    ];
    let mut tallies: [Tally; 5] = Default::default();
    // What is not warm yet counts for nobody.
    client.block_on(load.window(settings.window / 4, Beside::Nothing, &mut Tally::default()));
    for _ in 0..settings.rounds {
        for ((_, mood, beside), tally) in kinds.iter().zip(&mut tallies) {
            authority.is(*mood);
            let before = authority.asked.load(Ordering::SeqCst);
            client.block_on(load.window(settings.window, *beside, tally));
            tally.fetches += authority.asked.load(Ordering::SeqCst) - before;
        }
    }

    println!(
        "\nRS256 over HTTP, {GOOD_RATE} good requests/s beside {} key IDs/s that nobody has; target of p99 <= 2",
        settings.rate
    );
    println!(
        "  {:<48} {:>7} {:>8} {:>8} {:>8} {:>8} {:>8}",
        "", "served", "refused", "median", "p99", "others", "fetches"
    );
    let mut alone = None;
    let mut refused = 0;
    for ((name, ..), tally) in kinds.iter().zip(tallies) {
        let [median, p99] = [0.5, 0.99].map(|share| quantile(tally.nanoseconds.clone(), share));
        let (alone_median, alone_p99) = *alone.get_or_insert((median, p99));
        println!(
            "  {name:<48} {:>7} {:>8} {:>6.2} x {:>6.2} x {:>8} {:>8}",
            tally.nanoseconds.len(),
            tally.refused,
            median / alone_median,
            p99 / alone_p99,
            tally.bogus,
            tally.fetches,
        );
        refused += tally.refused;
    }
    let cool_downs = (began.elapsed() * SPEED).as_secs() / COOL_DOWN.as_secs();
    let fetches = authority.asked.load(Ordering::SeqCst) as u64;
    println!("  {fetches} fetches in {cool_downs} cool-downs, one of them at the start");
    assert_eq!(refused, 0, "good requests were refused");
    assert!(fetches <= cool_downs + 2, "more than one fetch in a cool-down");
}

/// On a thread of its own, for as long as the program runs.
fn serve(app: Router) -> SocketAddr {
    let (sender, address) = std::sync::mpsc::channel();
    thread::spawn(move || {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async move {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            sender.send(listener.local_addr().expect("an address")).expect("somebody who asks");
            axum::serve(listener, app).await.expect("a server");
        });
    });
    address.recv().expect("an address")
}

#[derive(Clone)]
struct Load {
    good: String,
    address: SocketAddr,
    rate: usize,
    /// So that no key ID is named twice.
    sent: Arc<AtomicUsize>,
    others: Handle,
}

impl Load {
    async fn window(&self, lasts: Duration, beside: Beside, tally: &mut Tally) {
        let over = Arc::new(AtomicBool::new(false));
        let mut good = JoinSet::new();
        for number in 0..GOOD_CONNECTIONS {
            good.spawn(self.clone().asks_well(number, Arc::clone(&over)));
        }
        let mut flood = JoinSet::new();
        for number in 0..if beside == Beside::Nothing { 0 } else { FLOOD_CONNECTIONS } {
            flood.spawn_on(self.clone().floods(beside, number, Arc::clone(&over)), &self.others);
        }
        tokio::time::sleep(lasts).await;
        over.store(true, Ordering::SeqCst);
        for (nanoseconds, refused) in good.join_all().await {
            tally.nanoseconds.extend(nanoseconds);
            tally.refused += refused;
        }
        tally.bogus += flood.join_all().await.into_iter().sum::<usize>();
    }

    /// How long those took that were served, and how many were not.
    async fn asks_well(self, number: usize, over: Arc<AtomicBool>) -> (Vec<f64>, usize) {
        let mut connection = Connection::open(self.address).await.expect("a connection");
        let request = request(&self.good);
        let mut ticks = ticks(number, GOOD_CONNECTIONS, GOOD_RATE);
        let (mut nanoseconds, mut refused) = (Vec::new(), 0);
        loop {
            ticks.tick().await;
            if over.load(Ordering::SeqCst) {
                return (nanoseconds, refused);
            }
            let start = Instant::now();
            match connection.status(&request).await.expect("an answer") {
                200 => nanoseconds.push(start.elapsed().as_nanos() as f64),
                _ => refused += 1,
            }
        }
    }

    async fn floods(self, beside: Beside, number: usize, over: Arc<AtomicBool>) -> usize {
        let mut connection = None;
        let (_, rest) = self.good.split_once('.').expect("a token");
        let mut ticks = ticks(number, FLOOD_CONNECTIONS, self.rate);
        let mut sent = 0;
        while !over.load(Ordering::SeqCst) {
            ticks.tick().await;
            let id = self.sent.fetch_add(1, Ordering::SeqCst);
            let header = format!(r#"{{"alg":"RS256","kid":"bogus-{id}"}}"#);
            // It is not signed, as nobody gets to look at that.
            let request = match beside {
                Beside::UnknownKeys => request(&format!("{}.{rest}", URL_SAFE_NO_PAD.encode(header))),
                _ => b"GET / HTTP/1.1\r\nHost: api\r\n\r\n".to_vec(),
            };
            let mut open = match connection.take() {
                Some(open) => open,
                None => Connection::open(self.address).await.expect("a connection"),
            };
            sent += 1;
            if let Ok(status) = timeout(PATIENCE, open.status(&request)).await {
                let status = status.expect("an answer");
                assert!(status == 401 || status == 503, "{status}");
                connection = Some(open);
            }
        }
        sent
    }
}

/// The times at which one of so many connections has its turn.
fn ticks(number: usize, connections: usize, rate: usize) -> tokio::time::Interval {
    let between = Duration::from_secs(1) * connections as u32 / rate as u32;
    let first = between * number as u32 / connections as u32;
    interval_at(tokio::time::Instant::now() + first, between)
}
