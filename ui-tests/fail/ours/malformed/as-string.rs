use oauth2_guard::requires;

#[requires("scopes = 'a'")]
async fn handler() {}

fn main() {}
