use oauth2_guard::requires;

#[requires(scope)]
async fn handler() {}

fn main() {}
