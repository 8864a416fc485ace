use oauth2_guard::loader;

struct Article;

#[loader]
fn article() -> Article {
    todo!()
}

fn main() {}
