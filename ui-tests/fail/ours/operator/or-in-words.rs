use oauth2_guard::requires;

#[requires(scopes = "a" or "b")]
async fn handler() {}

fn main() {}
