use oauth2_guard::check;

#[check]
async fn is_open() -> Option<bool> {
    None
}

fn main() {}
