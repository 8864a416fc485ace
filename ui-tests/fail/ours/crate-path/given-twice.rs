use oauth2_guard::requires;

#[requires(crate = ::oauth2_guard, crate = ::oauth2_guard)]
async fn handler() {}

fn main() {}
