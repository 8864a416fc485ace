use axum::{Router, routing::get};
use oauth2_guard::requires;

struct Open;

#[requires(check = Open)]
async fn handler() {}

fn main() {
    let _: Router = Router::new().route("/", get(handler));
}
