use oauth2_guard::requires;

#[requires(scopes = any(roles = "a"))]
async fn handler() {}

fn main() {}
