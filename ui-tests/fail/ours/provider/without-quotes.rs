use oauth2_guard::requires;

#[requires(provider(staff))]
async fn handler() {}

fn main() {}
