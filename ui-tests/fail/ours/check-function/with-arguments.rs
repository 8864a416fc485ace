use oauth2_guard::check;

#[check(roles = "admin")]
async fn is_open() -> bool {
    true
}

fn main() {}
