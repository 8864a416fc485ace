use oauth2_guard::check;

#[check(crate = oauth2_guard)]
async fn is_open() -> bool {
    true
}

fn main() {}
