use oauth2_guard::requires;

#[requires(max_age = "1.5h")]
async fn handler() {}

fn main() {}
