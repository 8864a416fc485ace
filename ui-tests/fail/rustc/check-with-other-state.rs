use axum::{Router, extract::State, routing::get};
use oauth2_guard::{check, requires};

#[derive(Clone)]
struct Db;

#[check]
async fn is_open(State(_): State<Db>) -> bool {
    true
}

#[requires(check = is_open)]
async fn handler() {}

fn main() {
    let _: Router = Router::new().route("/", get(handler));
}
