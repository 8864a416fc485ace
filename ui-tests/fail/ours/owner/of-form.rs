use oauth2_guard::requires;

struct Form<T>(T);

#[requires(owner(article))]
async fn handler(Form(article): Form<String>) {
    drop(article);
}

fn main() {}
