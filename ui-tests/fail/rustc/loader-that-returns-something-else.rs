use axum::extract::Path;
use oauth2_guard::loader;

struct Article;

#[loader]
async fn article(Path(id): Path<u64>) -> Option<Article> {
    id
}

fn main() {}
