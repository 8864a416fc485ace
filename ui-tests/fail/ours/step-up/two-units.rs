use oauth2_guard::requires;

#[requires(max_age = "1h30m")]
async fn handler() {}

fn main() {}
