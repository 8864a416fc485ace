use oauth2_guard::requires;

#[requires(any(crate = ::oauth2_guard, roles = "a", scopes = "b"))]
async fn handler() {}

fn main() {}
