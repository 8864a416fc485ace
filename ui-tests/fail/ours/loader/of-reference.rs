use oauth2_guard::loader;

struct Article;

#[loader]
async fn article() -> &'static Article {
    todo!()
}

fn main() {}
