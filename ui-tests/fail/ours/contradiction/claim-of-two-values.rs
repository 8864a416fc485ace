use oauth2_guard::requires;

#[requires(claim("tier") == "gold", claim("tier") == "silver")]
async fn handler() {}

fn main() {}
