use oauth2_guard::check;

#[check]
async fn is_open<'a>() -> bool {
    true
}

fn main() {}
