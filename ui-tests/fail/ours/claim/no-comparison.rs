use oauth2_guard::requires;

#[requires(claim("tier"))]
async fn handler() {}

fn main() {}
