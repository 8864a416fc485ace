use oauth2_guard::requires;

#[requires(principle = user)]
async fn handler() {}

fn main() {}
