use oauth2_guard::{policy, requires};

#[policy(roles = "admin")]
struct Admin;

#[requires(Guard<Admin>)]
async fn handler() {}

fn main() {}
