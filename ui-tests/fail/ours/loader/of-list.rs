use oauth2_guard::loader;

struct Article;

#[loader]
async fn articles() -> Vec<Article> {
    todo!()
}

fn main() {}
