use oauth2_guard::requires;

#[requires(scopes = either("a", "b"))]
async fn handler() {}

fn main() {}
