use oauth2_guard::requires;

#[requires(scopes = "a" and roles = "b")]
async fn handler() {}

fn main() {}
