use oauth2_guard::requires;

#[requires(max_age = "5m", not(max_age = "15m"))]
async fn handler() {}

fn main() {}
