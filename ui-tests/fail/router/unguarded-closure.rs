//! A closure has no attribute.

use oauth2_guard::{GuardedRouter, guarded};

fn main() {
    let _: GuardedRouter = GuardedRouter::new().route("/figures", guarded::get(async || "42"));
}
