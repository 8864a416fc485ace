use oauth2_guard::requires;

#[requires(scopes = one_of("a", "b"))]
async fn handler() {}

fn main() {}
