use axum::extract::Path;
use oauth2_guard::loader;

#[loader]
async fn paths(Path(_): Path<u64>) -> Option<std::path::PathBuf> {
    None
}

fn main() {}
