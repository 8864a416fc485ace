use oauth2_guard::loader;

#[loader]
async fn article() -> impl Send {
    todo!()
}

fn main() {}
