use oauth2_guard::requires;

#[requires(roles = "a")]
fn handler() {}

fn main() {}
