use oauth2_guard::requires;

#[requires(any(principal = user, principal = client))]
async fn handler() {}

fn main() {}
