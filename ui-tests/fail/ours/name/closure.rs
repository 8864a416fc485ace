use oauth2_guard::requires;

#[requires(roles = |claims| claims.admin)]
async fn handler() {}

fn main() {}
