//! A return value that is no response: axum says so, and nothing is said of guards.

use oauth2_guard::{GuardedRouter, guarded, requires};

struct Order;

#[requires(scopes = "orders:read")]
async fn read() -> Order {
    Order
}

fn main() {
    let _: GuardedRouter = GuardedRouter::new().route("/orders", guarded::get(read));
}
