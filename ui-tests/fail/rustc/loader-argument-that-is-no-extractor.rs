use oauth2_guard::loader;

struct Article;

#[loader]
async fn article(_id: u64) -> Option<Article> {
    None
}

fn main() {}
