use oauth2_guard::check;

#[check]
async fn is_open(body: String) -> bool {
    body.is_empty()
}

fn main() {}
