use oauth2_guard::public;

#[public(crate = ::oauth2_guard, scopes = "a")]
async fn handler() {}

fn main() {}
