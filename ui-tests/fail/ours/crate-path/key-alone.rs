use oauth2_guard::requires;

#[requires(roles = "a", crate)]
async fn handler() {}

fn main() {}
