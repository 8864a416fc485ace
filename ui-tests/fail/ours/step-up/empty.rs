use oauth2_guard::requires;

#[requires(max_age = "")]
async fn handler() {}

fn main() {}
