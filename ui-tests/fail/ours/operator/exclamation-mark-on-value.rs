use oauth2_guard::requires;

#[requires(roles = !"a")]
async fn handler() {}

fn main() {}
