use oauth2_guard::requires;

#[requires(provider = "")]
async fn handler() {}

fn main() {}
