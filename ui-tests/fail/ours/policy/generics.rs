use oauth2_guard::{policy, requires};

#[policy(roles = "admin")]
struct Admin;

#[requires(Admin<u8>)]
async fn handler() {}

fn main() {}
