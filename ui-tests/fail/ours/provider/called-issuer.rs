use oauth2_guard::requires;

#[requires(issuer = "staff")]
async fn handler() {}

fn main() {}
