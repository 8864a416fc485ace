use oauth2_guard::requires;

#[requires(scopes = any("a" "b"))]
async fn handler() {}

fn main() {}
