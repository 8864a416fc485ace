use oauth2_guard::requires;

#[requires(max_age = "2w")]
async fn handler() {}

fn main() {}
