use oauth2_guard::policy;

#[policy(roles = "admin")]
async fn admin() {}

fn main() {}
