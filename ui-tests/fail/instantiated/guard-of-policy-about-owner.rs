use axum::{Router, routing::get};
use oauth2_guard::{Guard, policy};

#[policy(owner(article))]
struct Author;

async fn handler(_: Guard<Author>) {}

fn main() {
    let _: Router = Router::new().route("/", get(handler));
}
