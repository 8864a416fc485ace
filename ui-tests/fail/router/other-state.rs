//! A handler of another state than the router has.

use axum::extract::State;
use oauth2_guard::{GuardedRouter, guarded, requires};

#[derive(Clone)]
struct Db;

#[requires]
async fn orders(State(_db): State<Db>) {}

fn main() {
    let _: GuardedRouter<String> = GuardedRouter::new().route("/orders", guarded::get(orders));
}
