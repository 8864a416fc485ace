use axum::{Router, routing::get};
use oauth2_guard::{Guard, policy, requires};

#[policy(role = "admin")]
struct Admin;

#[requires(Admin)]
async fn handler() {}

async fn by_hand(_: Guard<Admin>) {}

fn main() {
    let _: Router = Router::new().route("/", get(handler).post(by_hand));
}
