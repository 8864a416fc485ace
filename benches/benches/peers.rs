//! What APIs of Node and Python cost over HTTP, beside a handler of axum that asks for nothing: `cargo bench --bench peers`.
//!
//! They stand in `peers/http`, and are passed over where they are not installed; `docs/performance.md` has the commands. Each is a process
//! on a core of its own, where there are two; who asks has the other. All have the same issuer, keys and token, and ask for the same scope.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::print_stdout,
    missing_docs,
    reason = "a measurement fails by panicking"
)]

use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use oauth2_guard::Algorithm;
use oauth2_guard::testing::{AUDIENCE, Issuer, SigningKey};
use oauth2_guard_benches::keep_alive::{Connection, ask, request};
use oauth2_guard_benches::process::{Server, pin};
use oauth2_guard_benches::tokens::common;
use oauth2_guard_benches::{median, unless_test};
use tokio::runtime::Builder;

const CONNECTIONS: usize = 32;
const ROUNDS: usize = 5;

/// Of a round of one API.
const REQUESTS: usize = 3_200;

struct Api {
    name: &'static str,
    server: Server,
    is_ours: bool,
    /// Requests a second.
    rates: Vec<f64>,
    /// Nanoseconds of a request.
    busy: Vec<f64>,
}

impl Api {
    /// Others have threads that come and go.
    fn busy(&self) -> Duration {
        if self.is_ours { self.server.busy() } else { self.server.busy_in_all() }
    }
}

fn main() {
    let others = Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    pin(std::process::id(), 0);
    let client = Builder::new_current_thread().enable_all().build().expect("a runtime");
    for algorithm in [Algorithm::RS256, Algorithm::ES256] {
        // Some of them know no other algorithm, and take no set in which there is a key of one.
        let issuer = Issuer::builder().algorithms([algorithm]).start();
        let issuer = others.block_on(issuer).expect("an issuer");
        let token = common(issuer.token());
        let good = request(&token.build());
        let other = SigningKey::generate(algorithm, issuer.key(algorithm).id());
        let bad = request(&token.signed_by(other).build());
        let mut apis = Vec::new();
        for (name, command) in commands(issuer.url()) {
            let Some(server) = start(&command) else {
                println!("{name}: not installed");
                continue;
            };
            let status = |request: &[u8]| client.block_on(one(server.address(), request));
            assert_eq!(status(&good), 200, "{name}");
            assert_eq!(status(&bad), if apis.is_empty() { 200 } else { 401 }, "{name}");
            let is_ours = name.starts_with("no authorization") || name.starts_with("oauth2-guard");
            apis.push(Api { name, server, is_ours, rates: Vec::new(), busy: Vec::new() });
        }
        let (rounds, requests) = unless_test((ROUNDS, REQUESTS), (1, CONNECTIONS));
        for api in &apis {
            // What is compiled while it runs has had its time then.
            client.block_on(ask(api.server.address(), CONNECTIONS, &good, 2 * requests));
        }
        for _ in 0..rounds {
            for api in &mut apis {
                let (start, before) = (Instant::now(), api.busy());
                client.block_on(ask(api.server.address(), CONNECTIONS, &good, requests));
                api.rates.push(requests as f64 / start.elapsed().as_secs_f64());
                api.busy.push((api.busy() - before).as_nanos() as f64 / requests as f64);
            }
        }
        print(algorithm, apis);
    }
}

fn print(algorithm: Algorithm, apis: Vec<Api>) {
    println!("\n{algorithm} over HTTP, {CONNECTIONS} connections kept alive");
    println!("  {:<48} {:>12} {:>29}", "", "requests/s", "CPU of a request");
    let mut limit = None;
    for Api { name, rates, busy, .. } in apis {
        let (rate, busy) = (median(rates), median(busy));
        let (bare_rate, bare_busy) = *limit.get_or_insert((rate, busy));
        let (rates, times) = (rate / bare_rate, busy / bare_busy);
        println!("  {name:<48} {rates:>10.4} x {times:>15.1} x {:>8.1} us", busy / 1e3);
    }
}

/// Each with the command that starts it; the first asks for nothing.
fn commands(issuer: &str) -> Vec<(&'static str, Vec<String>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/http");
    let file = |name: &str| folder.join(name).display().to_string();
    let guarded = |more: &[&str]| {
        let command = [env!("CARGO_BIN_EXE_guarded"), issuer].into_iter().chain(more.iter().copied());
        command.map(str::to_owned).collect()
    };
    let of_all = || [issuer.to_owned(), format!("{issuer}/jwks.json"), AUDIENCE.to_owned()];
    let started_by =
        |program: String, name: &str| [program, file(name)].into_iter().chain(of_all()).collect();
    let node = |name| started_by("node".to_owned(), name);
    let python = |name| started_by(file("python/bin/python"), name);
    vec![
        ("no authorization at all", vec![env!("CARGO_BIN_EXE_bare").to_owned()]),
        ("oauth2-guard, a token seen before", guarded(&[])),
        ("oauth2-guard, verified every time", guarded(&["--without-cache"])),
        ("fastify, jose", node("with_fastify.mjs")),
        ("express, express-oauth2-jwt-bearer", node("with_express.mjs")),
        ("starlette, starlette-oauth2-api", python("with_starlette_oauth2_api.py")),
        ("fastapi, authx-extra", python("with_authx_extra.py")),
        ("fastapi, axioms-fastapi", python("with_axioms_fastapi.py")),
    ]
}

/// None where it is not installed.
fn start(command: &[String]) -> Option<Server> {
    let (program, arguments) = command.split_first()?;
    let modules = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/http/node_modules");
    if !if program == "node" { modules.exists() } else { Path::new(program).exists() } {
        return None;
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let server = Server::start(program, &arguments);
    pin(server.id(), 1);
    Some(server)
}

async fn one(address: SocketAddr, request: &[u8]) -> u16 {
    let mut connection = Connection::open(address).await.expect("a connection");
    connection.status(request).await.expect("an answer")
}
