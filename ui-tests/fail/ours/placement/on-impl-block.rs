use oauth2_guard::requires;

struct Handlers;

#[requires(roles = "a")]
impl Handlers {}

fn main() {}
