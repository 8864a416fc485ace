use oauth2_guard::loader;

#[loader]
async fn article() -> Result<(), ()> {
    todo!()
}

fn main() {}
