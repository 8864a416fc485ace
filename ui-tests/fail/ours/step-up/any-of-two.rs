use oauth2_guard::requires;

#[requires(max_age = any("5m", "15m"))]
async fn handler() {}

fn main() {}
