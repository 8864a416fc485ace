use oauth2_guard::{loader, requires};

struct Article;

#[loader]
#[requires]
async fn article() -> Article {
    todo!()
}

fn main() {}
