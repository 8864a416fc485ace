use oauth2_guard::requires;

#[requires(user)]
async fn handler() {}

fn main() {}
