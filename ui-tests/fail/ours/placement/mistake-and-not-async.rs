use oauth2_guard::requires;

#[requires(role = "a")]
fn handler() {}

fn main() {}
