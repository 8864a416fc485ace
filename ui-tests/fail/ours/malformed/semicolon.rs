use oauth2_guard::requires;

#[requires(scopes = "a"; roles = "b")]
async fn handler() {}

fn main() {}
