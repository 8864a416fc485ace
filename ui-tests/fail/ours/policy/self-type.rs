use oauth2_guard::{policy, requires};

#[policy(roles = "admin")]
struct Admin;

#[requires(Self::Admin)]
async fn handler() {}

fn main() {}
