use oauth2_guard::requires;

#[requires(not(roles = "a", scopes = "b"))]
async fn handler() {}

fn main() {}
