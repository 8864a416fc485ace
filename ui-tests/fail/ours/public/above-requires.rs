#[oauth2_guard::public]
#[oauth2_guard::requires(roles = "a")]
async fn handler() {}

fn main() {}
