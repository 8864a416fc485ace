use axum::{Router, routing::get};
use oauth2_guard::requires;

#[requires(roles = "admin")]
async fn handler(_name: String, _other: u8) {}

fn main() {
    let _: Router = Router::new().route("/", get(handler));
}
