use oauth2_guard::check;

#[check]
async fn is_open(_: axum::Json<u8>) -> bool {
    true
}

fn main() {}
