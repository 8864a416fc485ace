use oauth2_guard::check;

#[check]
fn is_open() -> bool {
    true
}

fn main() {}
