use oauth2_guard::requires;

#[requires(scopes =, roles = "a")]
async fn handler() {}

fn main() {}
