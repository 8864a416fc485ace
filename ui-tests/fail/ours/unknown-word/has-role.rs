use oauth2_guard::requires;

#[requires(has_role("admin"))]
async fn handler() {}

fn main() {}
