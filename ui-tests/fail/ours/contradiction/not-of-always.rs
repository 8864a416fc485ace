use oauth2_guard::requires;

#[requires(not(any(scopes = "read", not(scopes = "read"))))]
async fn handler() {}

fn main() {}
