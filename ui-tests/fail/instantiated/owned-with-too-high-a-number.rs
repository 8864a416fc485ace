use axum::{Router, extract::Path, routing::get};
use oauth2_guard::{Owned, policy};

#[policy(owner(user))]
struct Oneself;

async fn handler(_: Owned<Path<String>, Oneself, 1>) {}

fn main() {
    let _: Router = Router::new().route("/", get(handler));
}
