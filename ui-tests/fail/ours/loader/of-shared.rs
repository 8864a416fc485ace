use oauth2_guard::loader;

struct Article;

#[loader]
async fn article() -> Option<std::sync::Arc<Article>> {
    todo!()
}

fn main() {}
