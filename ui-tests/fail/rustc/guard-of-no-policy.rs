use axum::{Router, routing::get};
use oauth2_guard::Guard;

struct Admin;

async fn handler(_: Guard<Admin>) {}

fn main() {
    let _: Router = Router::new().route("/", get(handler));
}
