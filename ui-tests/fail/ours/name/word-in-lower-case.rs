use oauth2_guard::requires;

#[requires(roles = admin)]
async fn handler() {}

fn main() {}
