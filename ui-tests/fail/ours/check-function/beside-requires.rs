use oauth2_guard::check;

#[check]
#[oauth2_guard::requires(roles = "admin")]
async fn is_open() -> bool {
    true
}

fn main() {}
