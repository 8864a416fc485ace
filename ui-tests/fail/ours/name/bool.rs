use oauth2_guard::requires;

#[requires(roles = true)]
async fn handler() {}

fn main() {}
