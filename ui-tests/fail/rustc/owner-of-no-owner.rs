use axum::{Router, extract::Path, routing::get};
use oauth2_guard::{loader, requires};

struct Article;

#[loader]
async fn article(Path(_): Path<u64>) -> Option<Article> {
    None
}

#[requires(owner(article))]
async fn handler(article: Article) {
    drop(article);
}

fn main() {
    let _: Router = Router::new().route("/", get(handler));
}
