use oauth2_guard::requires;

#[requires(authorities = "admin")]
async fn handler() {}

fn main() {}
