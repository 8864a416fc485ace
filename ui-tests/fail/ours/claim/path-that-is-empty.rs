use oauth2_guard::requires;

#[requires(claim("tenant") == path(""))]
async fn handler() {}

fn main() {}
