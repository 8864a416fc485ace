use oauth2_guard::policy;

#[policy(roles = "admin")]
struct Admin<T>(T);

fn main() {}
