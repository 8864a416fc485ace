use oauth2_guard::loader;

struct Article;

#[loader(Article)]
async fn article() -> Article {
    todo!()
}

fn main() {}
