use oauth2_guard::requires;

struct Query<T>(T);

#[requires(owner(article))]
async fn handler(article: Query<String>) {
    drop(article);
}

fn main() {}
