//! Measures several things in turn, round by round, so that they share the machine's moods, and compares their medians.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "it measures, and prints"
)]

pub mod keep_alive;

use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use oauth2_guard::Provider;
use oauth2_guard::testing::{SigningKey, TokenBuilder};

const ROUNDS: usize = 51;
const ROUND: Duration = Duration::from_millis(10);

const ISSUER: &str = "https://login.example.com/tenant-0001";
const AUDIENCE: &str = "https://api.example.com";

/// The provider that has these keys.
pub fn provider(jwks: String) -> Provider {
    Provider::with_jwks(ISSUER, jwks).audience(AUDIENCE)
}

/// A token of that provider, of a common size.
pub fn token(key: SigningKey) -> TokenBuilder {
    TokenBuilder::new(ISSUER, AUDIENCE, key)
        .scopes("orders:read orders:write profile email openid")
        .roles(["clerk", "accountant", "auditor"])
        .permissions(["refund", "void", "export"])
        .claim("email", "alice@example.com")
}

/// Something to be measured, by name.
pub struct Subject<'a>(&'static str, Box<dyn FnMut() + 'a>);

impl std::fmt::Debug for Subject<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

impl<'a> Subject<'a> {
    /// `run` does it once.
    pub fn new(name: &'static str, run: impl FnMut() + 'a) -> Self {
        Self(name, Box::new(run))
    }
}

/// Prints the median of each, and its ratio to that of the first.
pub fn compare(title: &str, mut subjects: Vec<Subject<'_>>) {
    let repeats: Vec<u32> = subjects.iter_mut().map(|Subject(_, run)| repeats(run)).collect();
    let mut times = vec![Vec::with_capacity(ROUNDS); subjects.len()];
    for _ in 0..ROUNDS {
        for ((Subject(_, run), repeats), times) in subjects.iter_mut().zip(&repeats).zip(&mut times) {
            let start = Instant::now();
            (0..*repeats).for_each(|_| run());
            times.push(start.elapsed().as_nanos() as f64 / f64::from(*repeats));
        }
    }
    let medians: Vec<f64> = times.into_iter().map(median).collect();
    let limit = medians.first().copied().unwrap_or(1.0);
    println!("\n{title}");
    for (Subject(name, _), median) in subjects.iter().zip(medians) {
        println!("  {name:<48} {:>7.3} x {median:>10.0} ns", median / limit);
    }
}

/// So many fill a round.
fn repeats(run: &mut impl FnMut()) -> u32 {
    let start = Instant::now();
    let mut count = 0;
    while start.elapsed() < ROUND {
        run();
        count += 1;
    }
    count
}

fn median(values: Vec<f64>) -> f64 {
    quantile(values, 0.5)
}

/// The value that this share of them does not exceed.
pub fn quantile(mut values: Vec<f64>, share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get((values.len() as f64 * share) as usize).copied().unwrap_or_default()
}

/// The output of a future that never waits.
pub fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it waits for something"),
    }
}
