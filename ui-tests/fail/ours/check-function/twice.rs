use oauth2_guard::check;

#[check]
#[check]
async fn is_open() -> bool {
    true
}

fn main() {}
