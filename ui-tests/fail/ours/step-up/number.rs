use oauth2_guard::requires;

#[requires(max_age = 5)]
async fn handler() {}

fn main() {}
