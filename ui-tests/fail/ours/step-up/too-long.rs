use oauth2_guard::requires;

#[requires(max_age = "4000d")]
async fn handler() {}

fn main() {}
