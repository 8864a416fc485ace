use oauth2_guard::requires;

#[requires(claim("grade") == b"a")]
async fn handler() {}

fn main() {}
