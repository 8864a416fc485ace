use axum::{Json, Router, routing::post};
use oauth2_guard::public;

/// Anybody may ask.
#[public]
pub async fn echo(Json(text): Json<String>) -> Json<String> {
    Json(text)
}

fn main() {
    let _: Router = Router::new().route("/", post(echo));
}
