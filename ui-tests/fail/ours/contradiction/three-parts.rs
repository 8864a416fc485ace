use oauth2_guard::requires;

#[requires(any(roles = "admin", scopes = "write"), not(roles = "admin"), not(scopes = "write"))]
async fn handler() {}

fn main() {}
