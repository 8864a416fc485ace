use oauth2_guard::requires;

#[requires(claim("address.country") == "NL")]
async fn handler() {}

fn main() {}
