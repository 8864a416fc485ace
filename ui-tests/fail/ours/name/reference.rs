use oauth2_guard::requires;

#[requires(roles = &ADMIN)]
async fn handler() {}

fn main() {}
