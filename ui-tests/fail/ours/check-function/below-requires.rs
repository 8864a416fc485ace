use oauth2_guard::{check, requires};

#[requires(roles = "admin")]
#[check]
async fn is_open() -> bool {
    true
}

fn main() {}
