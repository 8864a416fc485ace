use oauth2_guard::requires;

#[requires(max_age = "15 minutes")]
async fn handler() {}

fn main() {}
