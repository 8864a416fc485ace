use oauth2_guard::requires;

#[requires(scopes = &["a", "b"])]
async fn handler() {}

fn main() {}
