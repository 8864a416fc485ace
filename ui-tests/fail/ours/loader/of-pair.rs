use oauth2_guard::loader;

struct Article;

#[loader]
async fn article() -> (Article, Article) {
    todo!()
}

fn main() {}
