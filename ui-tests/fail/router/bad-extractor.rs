//! An argument that is no extractor: axum says so, and nothing is said of guards.

use oauth2_guard::{GuardedRouter, guarded, requires};

struct Order;

#[requires(scopes = "orders:write")]
async fn create(_: Order) {}

fn main() {
    let _: GuardedRouter = GuardedRouter::new().route("/orders", guarded::post(create));
}
