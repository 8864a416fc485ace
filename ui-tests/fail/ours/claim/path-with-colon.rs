use oauth2_guard::requires;

#[requires(claim("tenant") == path(":tenant"))]
async fn handler() {}

fn main() {}
