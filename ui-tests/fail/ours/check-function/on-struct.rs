use oauth2_guard::check;

#[check]
struct Open;

fn main() {}
