use oauth2_guard::{check, requires};

#[check]
async fn is_open() -> bool {
    true
}

#[requires(check)]
async fn handler() {}

fn main() {}
