use oauth2_guard::requires;

#[requires(acr_values = "mfa")]
async fn handler() {}

fn main() {}
