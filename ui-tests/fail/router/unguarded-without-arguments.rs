//! A handler without arguments, that nobody has thought about.

use oauth2_guard::{GuardedRouter, guarded};

async fn figures() {}

fn main() {
    let _: GuardedRouter = GuardedRouter::new().route("/figures", guarded::get(figures));
}
