use oauth2_guard::requires;

#[requires((roles = "a", scopes = "b"))]
async fn handler() {}

fn main() {}
