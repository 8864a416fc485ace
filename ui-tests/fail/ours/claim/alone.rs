use oauth2_guard::requires;

#[requires(claim)]
async fn handler() {}

fn main() {}
