use oauth2_guard::requires;

#[requires(roles = "a")]
mod handlers {}

fn main() {}
