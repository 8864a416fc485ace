use axum::{Router, routing::get};
use oauth2_guard::{policy, requires};

#[policy(roles = "admin")]
struct Admin {
    name: String,
}

#[requires(Admin)]
async fn handler() {}

fn main() {
    let _: Router = Router::new().route("/", get(handler));
}
