use axum::extract::Path;
use oauth2_guard::loader;

#[loader]
async fn time(Path(_): Path<u64>) -> Option<std::time::SystemTime> {
    None
}

fn main() {}
