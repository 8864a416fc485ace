use oauth2_guard::loader;

struct Article;

type Result = std::result::Result<Article, ()>;

#[loader]
async fn article() -> Result {
    todo!()
}

fn main() {}
