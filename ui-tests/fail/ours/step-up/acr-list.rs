use oauth2_guard::requires;

#[requires(acr = ["mfa", "phrh"])]
async fn handler() {}

fn main() {}
