use oauth2_guard::requires;

#[requires(claim("level") == 9223372036854775808)]
async fn handler() {}

fn main() {}
