use oauth2_guard::requires;

#[requires(roles = "admin")]
#[requires(not(roles = "admin"))]
async fn handler() {}

fn main() {}
