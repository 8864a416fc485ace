use axum::{Router, routing::get};
use oauth2_guard::{check, requires};

#[check]
fn is_open() -> bool {
    true
}

#[requires(check = is_open)]
async fn handler() {}

fn main() {
    let _: Router = Router::new().route("/", get(handler));
}
