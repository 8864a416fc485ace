use oauth2_guard::check;

#[check]
async fn is_open() -> impl Into<bool> {
    true
}

fn main() {}
