use oauth2_guard::requires;

#[requires(principal = machine)]
async fn handler() {}

fn main() {}
