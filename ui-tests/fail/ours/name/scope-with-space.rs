use oauth2_guard::requires;

#[requires(scopes = "read write")]
async fn handler() {}

fn main() {}
