use oauth2_guard::{check, requires};

#[check]
async fn is_open() -> bool {
    true
}

#[requires(check = any(is_open, is_staffed))]
async fn handler() {}

fn main() {}
