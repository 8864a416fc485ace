use oauth2_guard::requires;

#[requires(scopes = "read", any(all(roles = "admin", not(roles = "admin")), roles = "editor"))]
async fn handler() {}

fn main() {}
