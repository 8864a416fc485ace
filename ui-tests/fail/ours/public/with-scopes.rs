use oauth2_guard::public;

#[public(scopes = "a")]
async fn handler() {}

fn main() {}
