use oauth2_guard::requires;

#[requires(principal = 1)]
async fn handler() {}

fn main() {}
