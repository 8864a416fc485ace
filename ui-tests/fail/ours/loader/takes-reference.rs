use oauth2_guard::loader;

struct Article;

#[loader]
async fn article(_: &axum::http::Method) -> Article {
    todo!()
}

fn main() {}
