use oauth2_guard::requires;

#[requires(roles = any("a", ""))]
async fn handler() {}

fn main() {}
