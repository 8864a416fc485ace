use oauth2_guard::requires;

#[requires(perm = "read")]
async fn handler() {}

fn main() {}
