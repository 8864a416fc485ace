use oauth2_guard::requires;

#[requires(any = "a")]
async fn handler() {}

fn main() {}
