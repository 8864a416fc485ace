use oauth2_guard::requires;

#[requires(crate, roles = "a")]
async fn handler() {}

fn main() {}
