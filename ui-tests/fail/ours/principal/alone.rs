use oauth2_guard::requires;

#[requires(principal)]
async fn handler() {}

fn main() {}
