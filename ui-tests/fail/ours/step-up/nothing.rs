use oauth2_guard::requires;

#[requires(max_age = "0m")]
async fn handler() {}

fn main() {}
