use oauth2_guard::requires;

#[requires(roles = "a".trim())]
async fn handler() {}

fn main() {}
