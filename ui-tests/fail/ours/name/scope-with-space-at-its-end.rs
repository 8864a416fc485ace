use oauth2_guard::requires;

#[requires(scopes = "read ")]
async fn handler() {}

fn main() {}
