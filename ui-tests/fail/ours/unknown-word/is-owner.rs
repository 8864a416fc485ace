use oauth2_guard::requires;

#[requires(is_owner(article))]
async fn handler(article: u8) {
    drop(article);
}

fn main() {}
