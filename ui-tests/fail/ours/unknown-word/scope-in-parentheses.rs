use oauth2_guard::requires;

#[requires(scope("a"))]
async fn handler() {}

fn main() {}
