use oauth2_guard::requires;

#[requires(roles = b"admin")]
async fn handler() {}

fn main() {}
