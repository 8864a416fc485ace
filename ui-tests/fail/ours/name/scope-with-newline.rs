use oauth2_guard::requires;

#[requires(scopes = "a\nb")]
async fn handler() {}

fn main() {}
