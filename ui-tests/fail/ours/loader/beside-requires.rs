use oauth2_guard::loader;

struct Article;

#[loader]
#[oauth2_guard::requires]
async fn article() -> Article {
    todo!()
}

fn main() {}
