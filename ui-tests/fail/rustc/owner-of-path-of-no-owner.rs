use axum::{Router, extract::Path, routing::get};
use oauth2_guard::requires;

#[requires(owner(id))]
async fn handler(Path(id): Path<(String, u64)>) {
    drop(id);
}

fn main() {
    let _: Router = Router::new().route("/", get(handler));
}
