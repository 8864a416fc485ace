use oauth2_guard::requires;

#[requires(claim("tier") == null)]
async fn handler() {}

fn main() {}
