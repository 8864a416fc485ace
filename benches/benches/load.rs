//! Requests over HTTP, 32 connections that are kept alive, against an API that guards nothing: `cargo bench --bench load`.
//!
//! Each API is a process with one thread on a core of its own, where there are two; who asks has the other.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::print_stdout,
    missing_docs,
    reason = "a measurement fails by panicking"
)]

use std::time::{Duration, Instant};

use oauth2_guard::Algorithm;
use oauth2_guard::testing::Issuer;
use oauth2_guard_benches::keep_alive::{ask, request};
use oauth2_guard_benches::process::{Server, pin};
use oauth2_guard_benches::tokens::common;
use oauth2_guard_benches::{median, unless_test};
use tokio::runtime::Builder;

const CONNECTIONS: usize = 32;
const ROUNDS: usize = 11;

/// Of a round of one API.
const REQUESTS: usize = 16_000;

struct Api {
    name: &'static str,
    server: Server,
    target: Option<&'static str>,
    rounds: Vec<Round>,
}

#[derive(Clone, Copy)]
struct Round {
    rate: f64,
    busy_per_request: f64,
    share_of_core: f64,
}

impl Api {
    fn start(name: &'static str, program: &str, arguments: &[&str], target: Option<&'static str>) -> Self {
        let server = Server::start(program, arguments);
        if !pin(server.id(), 1) {
            println!("{name}: it has no core of its own");
        }
        Self { name, server, target, rounds: Vec::new() }
    }

    fn median(&self, figure: impl Fn(&Round) -> f64) -> f64 {
        median(self.rounds.iter().map(figure).collect())
    }
}

fn main() {
    let (rounds, requests) = unless_test((ROUNDS, REQUESTS), (1, 320));
    // The issuer is asked once by each API, at its start.
    let others = Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let issuer = others.block_on(Issuer::start()).expect("an issuer");
    pin(std::process::id(), 0);
    let client = Builder::new_current_thread().enable_all().build().expect("a runtime");

    for algorithm in [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA] {
        let request = request(&common(issuer.token()).algorithm(algorithm).build());
        let guarded = env!("CARGO_BIN_EXE_guarded");
        let mut apis = [
            Api::start("no authorization at all", env!("CARGO_BIN_EXE_bare"), &[], None),
            Api::start("a token seen before", guarded, &[issuer.url()], Some(">= 0.93 and <= 1.10")),
            Api::start("verified every time", guarded, &[issuer.url(), "--without-cache"], Some(">= 0.23")),
        ];
        for api in &apis {
            client.block_on(ask(api.server.address(), CONNECTIONS, &request, requests / 10));
        }
        for _ in 0..rounds {
            for api in &mut apis {
                let (start, busy) = (Instant::now(), api.server.busy());
                client.block_on(ask(api.server.address(), CONNECTIONS, &request, requests));
                let (took, busy) = (start.elapsed(), api.server.busy() - busy);
                api.rounds.push(Round::of(requests, took, busy));
            }
        }
        print(algorithm, &apis);
    }
}

impl Round {
    fn of(requests: usize, took: Duration, busy: Duration) -> Self {
        Self {
            rate: requests as f64 / took.as_secs_f64(),
            busy_per_request: busy.as_nanos() as f64 / requests as f64,
            share_of_core: busy.as_secs_f64() / took.as_secs_f64(),
        }
    }
}

fn print(algorithm: Algorithm, apis: &[Api]) {
    println!("\n{algorithm} over HTTP, {CONNECTIONS} connections kept alive");
    println!("  {:<48} {:>12} {:>18} {:>11}", "", "requests/s", "CPU of a request", "of its core");
    let Some(bare) = apis.first() else { return };
    let [rate, busy] = [bare.median(|round| round.rate), bare.median(|round| round.busy_per_request)];
    for api in apis {
        println!(
            "  {:<48} {:>10.3} x {:>7.3} x {:>6.0} ns {:>9.0} %{}",
            api.name,
            api.median(|round| round.rate) / rate,
            api.median(|round| round.busy_per_request) / busy,
            api.median(|round| round.busy_per_request),
            api.median(|round| round.share_of_core) * 100.0,
            api.target.map(|target| format!("   target {target}")).unwrap_or_default(),
        );
    }
}
