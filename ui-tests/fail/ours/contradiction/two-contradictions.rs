use oauth2_guard::requires;

#[requires(any(all(roles = "a", not(roles = "a")), all(scopes = "b", not(scopes = "b"))))]
async fn handler() {}

fn main() {}
