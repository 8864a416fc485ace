use oauth2_guard::check;

#[check]
async fn is_open() -> String {
    String::new()
}

fn main() {}
