use oauth2_guard::requires;

#[requires(claim("tier") == 1, claim("/tier") == 2)]
async fn handler() {}

fn main() {}
