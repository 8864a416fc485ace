use oauth2_guard::requires;

#[requires(any("a", roles = "b"))]
async fn handler() {}

fn main() {}
