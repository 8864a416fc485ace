use oauth2_guard::requires;

#[requires(check = C)]
async fn handler<C>() {}

fn main() {}
