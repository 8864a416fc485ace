use oauth2_guard::requires;

#[requires(roles = "a")]
#[requires()]
async fn handler() {}

fn main() {}
