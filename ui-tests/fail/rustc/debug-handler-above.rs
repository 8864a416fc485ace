use oauth2_guard::requires;

#[axum::debug_handler]
#[requires(roles = "admin")]
async fn handler() {}

fn main() {}
