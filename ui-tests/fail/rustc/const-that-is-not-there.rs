use oauth2_guard::requires;

#[requires(roles = any("owner", ADMIN))]
async fn handler() {}

fn main() {}
