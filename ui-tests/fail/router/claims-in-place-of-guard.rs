//! It takes a token, and asks nothing of it.

use oauth2_guard::{GuardedRouter, OAuth2Claims, guarded};

async fn profile(claims: OAuth2Claims) -> String {
    claims.subject().unwrap_or_default().to_owned()
}

fn main() {
    let _: GuardedRouter = GuardedRouter::new().route("/profile", guarded::get(profile));
}
