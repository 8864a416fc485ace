use oauth2_guard::requires;

#[requires(principal = any(user, client))]
async fn handler() {}

fn main() {}
