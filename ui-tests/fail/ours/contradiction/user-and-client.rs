use oauth2_guard::requires;

#[requires(principal = user, all(principal = client, scopes = "sync"))]
async fn handler() {}

fn main() {}
