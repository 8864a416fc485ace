use oauth2_guard::requires;

#[requires(roles = "a")]
async extern "C" fn handler() {}

fn main() {}
