use oauth2_guard::requires;

#[requires(authenticated)]
async fn handler() {}

fn main() {}
