//! A check that takes a state, which `require` does not have.

use axum::extract::State;
use oauth2_guard::{GuardedRouter, check, policy};

#[derive(Clone)]
struct Db;

#[check]
async fn is_open(State(_db): State<Db>) -> bool {
    true
}

#[policy(check = is_open)]
struct WhileOpen;

fn main() {
    let _: GuardedRouter = GuardedRouter::new().require::<WhileOpen>();
}
