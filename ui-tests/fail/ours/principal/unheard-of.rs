use oauth2_guard::requires;

#[requires(principal = admin)]
async fn handler() {}

fn main() {}
