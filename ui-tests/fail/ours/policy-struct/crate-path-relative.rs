use oauth2_guard::policy;

#[policy(crate = oauth2_guard, roles = "admin")]
struct Admin;

fn main() {}
