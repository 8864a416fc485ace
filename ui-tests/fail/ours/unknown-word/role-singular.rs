use oauth2_guard::requires;

#[requires(roles = "admin", role = "owner")]
async fn handler() {}

fn main() {}
