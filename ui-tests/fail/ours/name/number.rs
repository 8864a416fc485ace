use oauth2_guard::requires;

#[requires(roles = 42)]
async fn handler() {}

fn main() {}
