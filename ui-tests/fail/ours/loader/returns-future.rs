use oauth2_guard::loader;

struct Article;

#[loader]
fn article() -> impl Future<Output = Article> {
    async { Article }
}

fn main() {}
