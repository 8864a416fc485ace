use axum::{Router, extract::Path, routing::get};
use oauth2_guard::{Owned, policy};

#[policy(roles = "admin")]
struct Admin;

async fn handler(_: Owned<Path<String>, Admin>) {}

fn main() {
    let _: Router = Router::new().route("/", get(handler));
}
