//! What no router could call: axum says so.

use oauth2_guard::{GuardedRouter, guarded};

struct Orders;

fn main() {
    let _: GuardedRouter = GuardedRouter::new().route("/orders", guarded::get(Orders));
}
