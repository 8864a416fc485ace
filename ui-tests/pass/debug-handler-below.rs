use axum::{Json, Router, extract::State, routing::post};
use oauth2_guard::{public, requires};

#[requires(roles = "admin")]
#[axum::debug_handler]
async fn handler(State(offset): State<u64>, Json(number): Json<u64>) -> String {
    (number + offset).to_string()
}

#[public]
#[axum::debug_handler(state = u64)]
async fn open() {}

fn main() {
    let _: Router = Router::new().route("/", post(handler)).route("/open", post(open)).with_state(1);
}
