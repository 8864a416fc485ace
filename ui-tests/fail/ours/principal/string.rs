use oauth2_guard::requires;

#[requires(principal = "user")]
async fn handler() {}

fn main() {}
