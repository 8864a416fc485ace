use oauth2_guard::requires;

#[requires(roles = ADMIN + "s")]
async fn handler() {}

fn main() {}
