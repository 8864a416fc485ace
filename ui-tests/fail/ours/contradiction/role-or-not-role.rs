use oauth2_guard::requires;

#[requires(any(roles = "admin", not(roles = "admin")))]
async fn handler() {}

fn main() {}
