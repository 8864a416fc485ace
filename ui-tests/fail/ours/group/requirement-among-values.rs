use oauth2_guard::requires;

#[requires(scopes = any("a", roles = "b"))]
async fn handler() {}

fn main() {}
