use oauth2_guard::loader;

struct Article;

#[loader]
#[loader]
async fn article() -> Article {
    todo!()
}

fn main() {}
