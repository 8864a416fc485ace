use axum::{Router, routing::get};
use oauth2_guard::{check, requires};

#[check]
async fn is_open(hour: u8) -> bool {
    hour < 18
}

#[requires(check = is_open)]
async fn handler() {}

fn main() {
    let _: Router = Router::new().route("/", get(handler));
}
