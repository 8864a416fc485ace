use oauth2_guard::requires;

#[requires(roles = format!("a{}", 1))]
async fn handler() {}

fn main() {}
