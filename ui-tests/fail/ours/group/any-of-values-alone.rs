use oauth2_guard::requires;

#[requires(any("a", "b"))]
async fn handler() {}

fn main() {}
