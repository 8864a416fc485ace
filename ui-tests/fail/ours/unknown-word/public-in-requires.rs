use oauth2_guard::requires;

#[requires(public)]
async fn handler() {}

fn main() {}
