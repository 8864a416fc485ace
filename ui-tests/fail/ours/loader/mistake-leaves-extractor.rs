use axum::{Router, routing::get};
use oauth2_guard::{HasOwner, loader, requires};

#[derive(HasOwner)]
struct Article {
    #[owner]
    author: String,
}

#[loader]
fn article() -> Option<Article> {
    None
}

#[requires(owner(article))]
async fn handler(article: Article) -> String {
    article.author
}

fn main() {
    let _: Router = Router::new().route("/", get(handler));
}
