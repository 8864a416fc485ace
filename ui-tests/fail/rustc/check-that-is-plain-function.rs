use axum::{Router, routing::get};
use oauth2_guard::requires;

async fn is_open() -> bool {
    true
}

#[requires(check = is_open)]
async fn handler() {}

fn main() {
    let _: Router = Router::new().route("/", get(handler));
}
