use oauth2_guard::requires;

#[requires(scopes = "café")]
async fn handler() {}

fn main() {}
