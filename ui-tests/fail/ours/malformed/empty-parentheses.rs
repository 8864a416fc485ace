use oauth2_guard::requires;

#[requires()]
async fn handler() {}

fn main() {}
