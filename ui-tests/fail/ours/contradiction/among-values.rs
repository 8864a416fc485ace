use oauth2_guard::requires;

#[requires(roles = all("admin", not("admin")))]
async fn handler() {}

fn main() {}
