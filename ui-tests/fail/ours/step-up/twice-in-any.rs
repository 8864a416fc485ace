use oauth2_guard::requires;

#[requires(any(max_age = "15m", max_age = "5m"))]
async fn handler() {}

fn main() {}
