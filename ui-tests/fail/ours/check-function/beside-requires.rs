use oauth2_guard::{check, requires};

#[check]
#[requires(roles = "admin")]
async fn is_open() -> bool {
    true
}

fn main() {}
