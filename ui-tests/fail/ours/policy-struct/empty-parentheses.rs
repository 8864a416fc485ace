use oauth2_guard::policy;

#[policy()]
struct Anybody;

fn main() {}
