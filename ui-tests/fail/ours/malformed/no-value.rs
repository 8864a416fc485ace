use oauth2_guard::requires;

#[requires(scopes =)]
async fn handler() {}

fn main() {}
