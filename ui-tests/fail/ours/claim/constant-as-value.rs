use oauth2_guard::requires;

const GOLD: &str = "gold";

#[requires(claim("tier") == GOLD)]
async fn handler() {}

fn main() {}
