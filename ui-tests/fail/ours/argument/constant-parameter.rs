use oauth2_guard::requires;

#[requires(roles = NAME)]
async fn handler<const NAME: usize>() {}

fn main() {}
