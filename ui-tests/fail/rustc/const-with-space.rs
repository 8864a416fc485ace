use oauth2_guard::requires;

const READ: &str = "read all";

#[requires(scopes = any("write", READ))]
async fn handler() {}

fn main() {}
