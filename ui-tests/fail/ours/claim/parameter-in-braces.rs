use oauth2_guard::requires;

#[requires(claim("tenant") == "{tenant}")]
async fn handler() {}

fn main() {}
