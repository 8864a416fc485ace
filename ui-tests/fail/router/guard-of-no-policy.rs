//! A guard of what is no policy.

use oauth2_guard::{Guard, GuardedRouter, guarded};

struct Admin;

async fn shutdown(_: Guard<Admin>) {}

fn main() {
    let _: GuardedRouter = GuardedRouter::new().route("/shutdown", guarded::post(shutdown));
}
