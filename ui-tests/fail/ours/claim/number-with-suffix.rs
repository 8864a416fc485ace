use oauth2_guard::requires;

#[requires(claim("level") == 3u8)]
async fn handler() {}

fn main() {}
