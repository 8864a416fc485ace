use axum::{Router, extract::Path, routing::get};
use oauth2_guard::{HasOwner, loader, requires};

#[derive(HasOwner)]
struct Article {
    author: String,
}

#[loader]
async fn article(Path(_): Path<u64>) -> Option<Article> {
    None
}

#[requires(owner(article))]
async fn handler(article: Article) -> String {
    article.author
}

fn main() {
    let _: Router = Router::new().route("/", get(handler));
}
