use oauth2_guard::requires;

#[requires(roles = "admin")]
async fn handler(_: Option<impl Send>) {}

fn main() {}
