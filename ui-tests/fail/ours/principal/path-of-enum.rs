use oauth2_guard::requires;

#[requires(principal = Principal::User)]
async fn handler() {}

fn main() {}
