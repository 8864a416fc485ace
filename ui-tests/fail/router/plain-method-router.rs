//! axum's own function for a method, which takes any handler.

use axum::routing::get;
use oauth2_guard::{GuardedRouter, requires};

#[requires]
async fn orders() {}

fn main() {
    let _: GuardedRouter = GuardedRouter::new().route("/orders", get(orders));
}
