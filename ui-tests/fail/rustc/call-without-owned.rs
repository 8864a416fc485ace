use axum::extract::Path;
use oauth2_guard::requires;

#[requires(owner(user))]
async fn handler(Path(user): Path<String>) -> String {
    user
}

async fn caller() -> String {
    handler(Path("alice".to_owned())).await
}

fn main() {}
