use oauth2_guard::loader;

struct Article;

#[loader]
async fn article(_: axum::body::Bytes) -> Article {
    todo!()
}

fn main() {}
