use oauth2_guard::requires;

const QUARTER: &str = "15m";

#[requires(max_age = QUARTER)]
async fn handler() {}

fn main() {}
