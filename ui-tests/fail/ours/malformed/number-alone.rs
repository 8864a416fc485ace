use oauth2_guard::requires;

#[requires(42)]
async fn handler() {}

fn main() {}
