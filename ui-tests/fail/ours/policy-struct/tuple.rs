use oauth2_guard::policy;

#[policy(roles = "admin")]
struct Admin(u8);

fn main() {}
