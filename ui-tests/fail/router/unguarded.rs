//! A handler that nobody has thought about.

use axum::extract::Path;
use oauth2_guard::{GuardedRouter, guarded, requires};

#[requires(scopes = "orders:read")]
async fn read(Path(_id): Path<u64>) {}

async fn cancel(Path(_id): Path<u64>) {}

fn main() {
    let _: GuardedRouter = GuardedRouter::new().route("/orders/{id}", guarded::get(read).delete(cancel));
}
