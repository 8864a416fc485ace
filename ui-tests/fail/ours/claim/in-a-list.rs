use oauth2_guard::requires;

#[requires(claim("tier") in ["gold", "silver"])]
async fn handler() {}

fn main() {}
