use oauth2_guard::requires;

#[requires(acr = "mfa", acr = "phrh")]
async fn handler() {}

fn main() {}
