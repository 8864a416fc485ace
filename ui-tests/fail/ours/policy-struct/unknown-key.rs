use oauth2_guard::policy;

#[policy(role = "admin")]
struct Admin;

fn main() {}
