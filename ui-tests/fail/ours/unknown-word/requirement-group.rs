use oauth2_guard::requires;

#[requires(either(roles = "a", scopes = "b"))]
async fn handler() {}

fn main() {}
