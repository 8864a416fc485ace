use axum::extract::Path;
use oauth2_guard::loader;

struct Article;

type Loaded = Option<Article>;

#[loader]
async fn article(Path(_): Path<u64>) -> Loaded {
    None
}

fn main() {}
