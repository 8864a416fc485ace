use oauth2_guard::loader;

#[loader]
async fn article() -> i64 {
    todo!()
}

fn main() {}
