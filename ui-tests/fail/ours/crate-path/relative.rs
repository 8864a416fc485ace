use oauth2_guard::requires;

#[requires(crate = my_auth, roles = "a")]
async fn handler() {}

fn main() {}
