use oauth2_guard::loader;

struct Article;

#[loader]
async fn article(_: axum::Json<u8>) -> Article {
    todo!()
}

fn main() {}
