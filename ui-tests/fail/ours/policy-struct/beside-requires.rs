use oauth2_guard::{policy, requires};

#[policy(roles = "admin")]
#[requires(scopes = "a")]
struct Admin;

fn main() {}
