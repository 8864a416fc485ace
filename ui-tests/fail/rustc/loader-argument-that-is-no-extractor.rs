use axum::{Router, routing::get};
use oauth2_guard::loader;

struct Article;

#[loader]
async fn article(_id: u64) -> Option<Article> {
    None
}

async fn handler(_: Article) {}

fn main() {
    let _: Router = Router::new().route("/", get(handler));
}
