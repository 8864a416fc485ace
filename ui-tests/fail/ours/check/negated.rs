use oauth2_guard::{check, requires};

#[check]
async fn is_open() -> bool {
    true
}

#[requires(check = !is_open)]
async fn handler() {}

fn main() {}
