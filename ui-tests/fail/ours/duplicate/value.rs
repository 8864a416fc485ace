use oauth2_guard::requires;

#[requires(scopes = any("a", "b", "a"))]
async fn handler() {}

fn main() {}
