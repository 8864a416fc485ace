use oauth2_guard::requires;

#[requires(roles = "a")]
struct Handler;

fn main() {}
