use oauth2_guard::requires;

#[requires(roles = "admin")]
#[oauth2_guard::check]
async fn is_open() -> bool {
    true
}

fn main() {}
