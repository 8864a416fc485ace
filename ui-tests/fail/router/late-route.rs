//! A route after the layer, which would not be covered by it.

use oauth2_guard::{GuardedRouter, ResourceServer, guarded, requires};

#[requires]
async fn orders() {}

fn app(routes: GuardedRouter, server: &ResourceServer) {
    let _ = routes.protect(server).route("/orders", guarded::get(orders));
}

fn main() {}
