use oauth2_guard::loader;

struct Article;

struct Store;

impl Store {
    #[loader]
    async fn article() -> Article {
        Article
    }
}

fn main() {}
