use oauth2_guard::requires;

#[requires(roles = "a")]
#[requires(scope = "b")]
async fn handler() {}

fn main() {}
