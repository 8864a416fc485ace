//! The handlers have not been given their state yet.

use axum::extract::State;
use oauth2_guard::{GuardedRouter, ResourceServer, guarded, requires};

#[derive(Clone)]
struct Db;

#[requires]
async fn orders(State(_db): State<Db>) {}

fn app(server: &ResourceServer) {
    let routes: GuardedRouter<Db> = GuardedRouter::new().route("/orders", guarded::get(orders));
    let _ = routes.protect(server);
}

fn main() {}
