use oauth2_guard::requires;

#[requires(roles = "a")]
pub enum Handler {}

fn main() {}
