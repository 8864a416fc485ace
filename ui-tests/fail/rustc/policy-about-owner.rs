use axum::{Router, routing::get};
use oauth2_guard::{policy, requires};

#[policy(owner(article))]
struct Author;

#[requires(any(roles = "editor", Author))]
async fn handler() {}

fn main() {
    let _: Router = Router::new().route("/", get(handler));
}
