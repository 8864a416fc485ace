use oauth2_guard::loader;

#[loader]
async fn article() -> Result<String, ()> {
    todo!()
}

fn main() {}
