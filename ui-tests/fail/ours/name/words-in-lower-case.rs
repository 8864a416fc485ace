use oauth2_guard::requires;

#[requires(roles = any(admin, "editor"))]
async fn handler() {}

fn main() {}
