use oauth2_guard::public;

#[public]
fn handler() {}

fn main() {}
