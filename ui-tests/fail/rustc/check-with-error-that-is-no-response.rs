use oauth2_guard::check;

struct Closed;

#[check]
async fn is_open() -> Result<bool, Closed> {
    Err(Closed)
}

fn main() {}
