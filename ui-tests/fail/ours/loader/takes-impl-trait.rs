use oauth2_guard::loader;

struct Article;

#[loader]
async fn article(_: impl Send) -> Article {
    todo!()
}

fn main() {}
