use oauth2_guard::requires;

#[requires(claim("") == "NL")]
async fn handler() {}

fn main() {}
