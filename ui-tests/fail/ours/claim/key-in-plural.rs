use oauth2_guard::requires;

#[requires(claims("tier") == "gold")]
async fn handler() {}

fn main() {}
