use oauth2_guard::requires;

#[requires(any(max_age = "15m", not(max_age = "5m")))]
async fn handler() {}

fn main() {}
