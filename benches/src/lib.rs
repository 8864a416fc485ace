//! Measures several things in turn, round by round, so that they share the machine's moods, and compares their medians.
//!
//! Every benchmark takes `-- --test` for a glance: it does everything once, and its figures are worth nothing.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "it measures, and prints"
)]

pub mod api;
pub mod keep_alive;
pub mod process;
pub mod tokens;

use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

const ROUNDS: usize = 501;

/// So short that most of them are over before something else gets the core.
const ROUND: Duration = Duration::from_millis(1);

/// Something to be measured.
pub struct Subject<'a> {
    name: String,
    run: Box<dyn FnMut() + 'a>,
    target: Option<&'static str>,
}

impl std::fmt::Debug for Subject<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)
    }
}

impl<'a> Subject<'a> {
    /// `run` does it once.
    pub fn new(name: impl Into<String>, run: impl FnMut() + 'a) -> Self {
        Self { name: name.into(), run: Box::new(run), target: None }
    }

    /// The ratio to the first subject that is hoped for. It is printed, and never asserted.
    #[must_use]
    pub fn target(mut self, target: &'static str) -> Self {
        self.target = Some(target);
        self
    }
}

/// Whether a glance was asked for.
pub fn is_test() -> bool {
    std::env::args().any(|argument| argument == "--test")
}

/// The first, or the second where a glance was asked for.
pub fn unless_test<T>(measured: T, glance: T) -> T {
    if is_test() { glance } else { measured }
}

/// Prints the median of each, and its ratio to that of the first.
pub fn compare(title: &str, mut subjects: Vec<Subject<'_>>) {
    let rounds = unless_test(ROUNDS, 1);
    let repeats: Vec<u32> = subjects.iter_mut().map(|subject| repeats(&mut subject.run)).collect();
    let mut times = vec![Vec::with_capacity(rounds); subjects.len()];
    for _ in 0..rounds {
        for ((subject, repeats), times) in subjects.iter_mut().zip(&repeats).zip(&mut times) {
            let start = Instant::now();
            (0..*repeats).for_each(|_| (subject.run)());
            times.push(start.elapsed().as_nanos() as f64 / f64::from(*repeats));
        }
    }
    let medians: Vec<f64> = times.into_iter().map(median).collect();
    let limit = medians.first().copied().unwrap_or(1.0);
    println!("\n{title}{}", if is_test() { " (a glance: these are no figures)" } else { "" });
    for (Subject { name, target, .. }, median) in subjects.iter().zip(medians) {
        let target = target.map(|target| format!("   target {target}")).unwrap_or_default();
        println!("  {name:<52} {:>8.3} x {median:>10.0} ns{target}", median / limit);
    }
}

/// So many fill a round.
fn repeats(run: &mut impl FnMut()) -> u32 {
    let start = Instant::now();
    let mut count = 0;
    while count == 0 || !is_test() && start.elapsed() < ROUND {
        run();
        count += 1;
    }
    count
}

/// The value in the middle.
pub fn median(values: Vec<f64>) -> f64 {
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
