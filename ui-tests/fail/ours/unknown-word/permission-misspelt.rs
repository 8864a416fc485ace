use oauth2_guard::requires;

#[requires(permisions = "read")]
async fn handler() {}

fn main() {}
