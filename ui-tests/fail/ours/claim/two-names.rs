use oauth2_guard::requires;

#[requires(claim("tier", "level") == "gold")]
async fn handler() {}

fn main() {}
