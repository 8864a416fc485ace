use oauth2_guard::requires;

#[requires(scope = ["a", "b"])]
async fn handler() {}

fn main() {}
