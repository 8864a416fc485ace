use oauth2_guard::requires;

#[requires(roles = "a")]
const HANDLER: u8 = 0;

fn main() {}
