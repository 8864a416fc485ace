use axum::{Router, routing::get};
use oauth2_guard::requires;

struct Article;

#[requires(roles = "admin")]
async fn handler() -> Article {
    Article
}

fn main() {
    let _: Router = Router::new().route("/", get(handler));
}
