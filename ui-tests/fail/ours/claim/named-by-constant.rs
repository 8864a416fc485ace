use oauth2_guard::requires;

const TIER: &str = "tier";

#[requires(claim(TIER) == "gold")]
async fn handler() {}

fn main() {}
