use oauth2_guard::requires;

#[requires(principal = clinet)]
async fn handler() {}

fn main() {}
