use oauth2_guard::requires;

#[requires = "admin"]
async fn handler() {}

fn main() {}
