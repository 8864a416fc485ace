use oauth2_guard::requires;

#[requires(acr >= "mfa")]
async fn handler() {}

fn main() {}
