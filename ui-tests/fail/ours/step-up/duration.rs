use oauth2_guard::requires;

#[requires(max_age = std::time::Duration::from_secs(900))]
async fn handler() {}

fn main() {}
