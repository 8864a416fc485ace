use oauth2_guard::requires;

#[requires(roles = Self::ADMIN)]
async fn handler() {}

fn main() {}
