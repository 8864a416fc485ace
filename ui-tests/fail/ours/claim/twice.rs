use oauth2_guard::requires;

#[requires(claim("tier") == "gold", claim("tier") == "gold")]
async fn handler() {}

fn main() {}
