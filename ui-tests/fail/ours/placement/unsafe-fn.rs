use oauth2_guard::requires;

#[requires(roles = "a")]
async unsafe fn handler() {}

fn main() {}
