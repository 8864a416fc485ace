use oauth2_guard::requires;

const ADMIN: &str = "admin";

#[requires(roles = ADMIN, not(roles = ADMIN))]
async fn handler() {}

fn main() {}
