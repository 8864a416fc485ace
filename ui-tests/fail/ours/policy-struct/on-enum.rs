use oauth2_guard::policy;

#[policy(roles = "admin")]
enum Admin {}

fn main() {}
