use oauth2_guard::requires;

#[requires(any(roles = "a", roles = all("b", "c")))]
async fn handler() {}

fn main() {}
