use oauth2_guard::policy;

#[policy(roles = "admin")]
struct Admin {}

fn main() {}
