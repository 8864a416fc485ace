use oauth2_guard::{policy, requires};

#[policy(roles = "admin")]
struct Admin;

#[requires(Admin == Editor)]
async fn handler() {}

fn main() {}
