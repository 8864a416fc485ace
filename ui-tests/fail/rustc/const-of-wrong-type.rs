use oauth2_guard::requires;

const ADMIN: u8 = 1;

#[requires(roles = ADMIN)]
async fn handler() {}

fn main() {}
