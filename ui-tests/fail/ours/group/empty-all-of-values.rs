use oauth2_guard::requires;

#[requires(scopes = all())]
async fn handler() {}

fn main() {}
