use oauth2_guard::requires;

#[requires(acr = all("mfa", "phrh"))]
async fn handler() {}

fn main() {}
