use oauth2_guard::requires;

#[requires(scopes = READ, WRITE)]
async fn handler() {}

fn main() {}
