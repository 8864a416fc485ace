use oauth2_guard::requires;

#[requires(roles = any("admin", claim("tier") == "gold"))]
async fn handler() {}

fn main() {}
