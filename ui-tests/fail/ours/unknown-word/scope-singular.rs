use oauth2_guard::requires;

#[requires(scope = "read")]
async fn handler() {}

fn main() {}
