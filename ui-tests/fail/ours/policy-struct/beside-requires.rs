use oauth2_guard::policy;

#[policy(roles = "admin")]
#[oauth2_guard::requires(scopes = "a")]
struct Admin;

fn main() {}
