use oauth2_guard::requires;

#[requires(claim("tier") == "gold" || "silver")]
async fn handler() {}

fn main() {}
