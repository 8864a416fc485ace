use oauth2_guard::{check, requires};

#[check]
async fn is_open() -> bool {
    true
}

#[requires(check = is_open::<u8>)]
async fn handler() {}

fn main() {}
