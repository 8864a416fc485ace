use oauth2_guard::requires;

#[requires(maxage = "15m")]
async fn handler() {}

fn main() {}
