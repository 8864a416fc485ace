use axum::{Router, routing::get};
use oauth2_guard::{HasOwner, requires};

#[derive(HasOwner)]
struct Article {
    #[owner]
    author: String,
}

#[requires(owner(article))]
async fn handler(article: Article) -> String {
    article.author
}

fn main() {
    let _: Router = Router::new().route("/", get(handler));
}
