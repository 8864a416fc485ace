use oauth2_guard::check;

#[check]
async fn is_open<T>() -> bool {
    true
}

fn main() {}
