use oauth2_guard::requires;

#[requires(claim("grade") == 'a')]
async fn handler() {}

fn main() {}
