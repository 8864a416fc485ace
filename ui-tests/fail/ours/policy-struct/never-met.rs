use oauth2_guard::policy;

#[policy(roles = "admin", not(roles = "admin"))]
struct Admin;

fn main() {}
