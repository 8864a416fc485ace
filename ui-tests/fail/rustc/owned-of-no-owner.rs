use axum::{Router, extract::Path, routing::get};
use oauth2_guard::{Owned, loader, policy};

struct Article;

#[loader]
async fn article(Path(_): Path<u64>) -> Option<Article> {
    None
}

#[policy(owner(article))]
struct Author;

async fn handler(_: Owned<Article, Author>) {}

fn main() {
    let _: Router = Router::new().route("/", get(handler));
}
