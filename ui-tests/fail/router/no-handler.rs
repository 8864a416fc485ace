//! What no router could call: axum says so.

use oauth2_guard::{GuardedRouter, guarded, requires};

#[requires]
fn orders() -> &'static str {
    "none"
}

fn main() {
    let _: GuardedRouter = GuardedRouter::new().route("/orders", guarded::get(orders));
}
