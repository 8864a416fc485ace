use oauth2_guard::check;

#[check]
async fn is_open() -> Result<(), ()> {
    Ok(())
}

fn main() {}
