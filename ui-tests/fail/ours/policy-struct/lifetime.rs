use oauth2_guard::policy;

#[policy(roles = "admin")]
struct Admin<'a>(&'a str);

fn main() {}
