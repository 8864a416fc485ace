use axum::{Router, routing::get};
use oauth2_guard::requires;

// The handler is there all the same, and it is one: no error on the lines that use it.
#[requires(scope = "a")]
async fn handler() {}

fn router() -> Router {
    Router::new().route("/", get(handler))
}

fn main() {}
