use oauth2_guard::requires;

#[requires(claim("rate") == 1.5)]
async fn handler() {}

fn main() {}
