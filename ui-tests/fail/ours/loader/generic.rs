use oauth2_guard::loader;

struct Article;

#[loader]
async fn article<T>() -> Article {
    todo!()
}

fn main() {}
