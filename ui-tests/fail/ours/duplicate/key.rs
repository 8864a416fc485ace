use oauth2_guard::requires;

#[requires(scopes = "a", scopes = "b")]
async fn handler() {}

fn main() {}
