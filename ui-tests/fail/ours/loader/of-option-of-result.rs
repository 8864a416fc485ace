use oauth2_guard::loader;

struct Article;

#[loader]
async fn article() -> Option<Result<Article, ()>> {
    todo!()
}

fn main() {}
