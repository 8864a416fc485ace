use oauth2_guard::check;

#[check]
async fn is_open(_: impl Send) -> bool {
    true
}

fn main() {}
