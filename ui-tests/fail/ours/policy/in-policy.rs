use oauth2_guard::{policy, requires};

#[policy(roles = "admin")]
struct Admin;

#[requires(policy(Admin))]
async fn handler() {}

fn main() {}
