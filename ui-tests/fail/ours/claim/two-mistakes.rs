use oauth2_guard::requires;

#[requires(claim(tier) = "gold")]
async fn handler() {}

fn main() {}
