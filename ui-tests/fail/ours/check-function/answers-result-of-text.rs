use oauth2_guard::check;

#[check]
async fn is_open() -> Result<String, ()> {
    Err(())
}

fn main() {}
