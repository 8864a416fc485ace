use oauth2_guard::requires;

#[requires(scopes == "a", claim("tier") = "gold")]
async fn handler() {}

fn main() {}
