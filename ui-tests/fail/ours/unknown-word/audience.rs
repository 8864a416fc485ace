use oauth2_guard::requires;

#[requires(audience = "api")]
async fn handler() {}

fn main() {}
