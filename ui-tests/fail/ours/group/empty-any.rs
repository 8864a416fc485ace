use oauth2_guard::requires;

#[requires(any())]
async fn handler() {}

fn main() {}
