use oauth2_guard::requires;

#[requires(roles = "admin")]
async fn handler(_: impl axum::extract::FromRequestParts<()>) {}

fn main() {}
