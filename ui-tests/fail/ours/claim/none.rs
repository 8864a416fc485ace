use oauth2_guard::requires;

#[requires(claim("tier") == None)]
async fn handler() {}

fn main() {}
