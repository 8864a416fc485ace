use oauth2_guard::requires;

#[requires(crate = ::oauth2_guard, roles = "a")]
#[requires(crate = ::oauth2_guard, scopes = "b")]
async fn handler() {}

fn main() {}
