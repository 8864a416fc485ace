use oauth2_guard::requires;

#[requires(role: "admin")]
async fn handler() {}

fn main() {}
