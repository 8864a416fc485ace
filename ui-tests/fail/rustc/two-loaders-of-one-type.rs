use axum::extract::Path;
use oauth2_guard::loader;

struct Article;

#[loader]
async fn by_number(Path(_): Path<u64>) -> Option<Article> {
    None
}

#[loader]
async fn by_name(Path(_): Path<String>) -> Option<Article> {
    None
}

fn main() {}
