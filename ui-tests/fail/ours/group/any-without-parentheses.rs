use oauth2_guard::requires;

#[requires(scopes = any)]
async fn handler() {}

fn main() {}
