use oauth2_guard::requires;

#[requires(roles = "a")]
#[requires = "b"]
async fn handler() {}

fn main() {}
