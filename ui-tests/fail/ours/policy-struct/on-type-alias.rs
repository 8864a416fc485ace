use oauth2_guard::policy;

#[policy(roles = "admin")]
type Admin = ();

fn main() {}
