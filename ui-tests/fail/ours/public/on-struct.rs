use oauth2_guard::public;

#[public]
struct Handler;

fn main() {}
