use oauth2_guard::requires;

#[requires(claim() == "gold")]
async fn handler() {}

fn main() {}
