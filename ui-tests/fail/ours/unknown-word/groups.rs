use oauth2_guard::requires;

#[requires(groups = "admin")]
async fn handler() {}

fn main() {}
