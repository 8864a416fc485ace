use axum::extract::Path;
use oauth2_guard::loader;

struct Article;

struct NotFound;

#[loader]
async fn article(Path(_): Path<u64>) -> Result<Article, NotFound> {
    Err(NotFound)
}

fn main() {}
