use oauth2_guard::requires;

#[requires(max_age = "-5m")]
async fn handler() {}

fn main() {}
