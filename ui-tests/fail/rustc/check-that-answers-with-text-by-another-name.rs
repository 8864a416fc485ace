use oauth2_guard::check;

type Answer = String;

#[check]
async fn is_open() -> Answer {
    String::new()
}

fn main() {}
