use oauth2_guard::requires;

#[requires(roles = not("a", "b"))]
async fn handler() {}

fn main() {}
