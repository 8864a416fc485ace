#[oauth2_guard::requires(roles = "a")]
#[oauth2_guard::public]
async fn handler() {}

fn main() {}
