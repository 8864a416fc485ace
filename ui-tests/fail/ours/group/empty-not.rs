use oauth2_guard::requires;

#[requires(not())]
async fn handler() {}

fn main() {}
