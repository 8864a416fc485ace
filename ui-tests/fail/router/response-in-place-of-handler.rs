//! axum takes a response for a handler that always answers with it.

use oauth2_guard::{GuardedRouter, guarded};

fn main() {
    let _: GuardedRouter = GuardedRouter::new().route("/", guarded::get("hello"));
}
