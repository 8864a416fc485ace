use axum::extract::State;
use oauth2_guard::{check, requires};

#[derive(Clone)]
struct Db;

#[check]
async fn is_open(State(_): State<Db>) -> bool {
    true
}

#[requires(check = is_open)]
#[axum::debug_handler]
async fn handler() {}

fn main() {}
