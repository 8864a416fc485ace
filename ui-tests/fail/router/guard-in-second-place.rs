//! Arguments are made from left to right: the guard is asked after the other one.

use axum::extract::Path;
use oauth2_guard::{Guard, GuardedRouter, guarded, policy};

#[policy(roles = "admin")]
struct Admin;

async fn shutdown(Path(_delay): Path<u64>, _: Guard<Admin>) {}

fn main() {
    let _: GuardedRouter = GuardedRouter::new().route("/shutdown/{delay}", guarded::post(shutdown));
}
