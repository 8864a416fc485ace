use oauth2_guard::requires;

#[requires(principal = person)]
async fn handler() {}

fn main() {}
