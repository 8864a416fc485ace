use oauth2_guard::requires;

#[requires(role = "a")]
#[requires(scope = "b")]
async fn handler() {}

fn main() {}
