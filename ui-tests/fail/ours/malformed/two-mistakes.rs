use oauth2_guard::requires;

#[requires(scope = "a", roles = 42)]
async fn handler() {}

fn main() {}
