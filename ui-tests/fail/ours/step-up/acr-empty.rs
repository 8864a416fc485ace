use oauth2_guard::requires;

#[requires(acr = "")]
async fn handler() {}

fn main() {}
