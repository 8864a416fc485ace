use oauth2_guard::requires;

#[requires(path("tenant") == claim("tenant"))]
async fn handler() {}

fn main() {}
