use oauth2_guard::requires;

#[requires(roles = "a")]
const fn handler() {}

fn main() {}
