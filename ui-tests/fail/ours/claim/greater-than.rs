use oauth2_guard::requires;

#[requires(claim("level") >= 3)]
async fn handler() {}

fn main() {}
