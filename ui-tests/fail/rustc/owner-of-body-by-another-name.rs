use axum::{Json, Router, routing::post};
use oauth2_guard::requires;

type Input = Json<String>;

#[requires(owner(article))]
async fn handler(article: Input) {
    drop(article);
}

fn main() {
    let _: Router = Router::new().route("/", post(handler));
}
