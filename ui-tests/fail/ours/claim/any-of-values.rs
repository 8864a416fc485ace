use oauth2_guard::requires;

#[requires(claim("tier") == any("gold", "silver"))]
async fn handler() {}

fn main() {}
