use oauth2_guard::requires;

#[requires(claim("/a~2b") == 1)]
async fn handler() {}

fn main() {}
