use oauth2_guard::requires;

#[requires(roles = role_of("a"))]
async fn handler() {}

fn main() {}
