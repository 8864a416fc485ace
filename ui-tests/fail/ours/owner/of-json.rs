use oauth2_guard::{HasOwner, requires};

#[derive(HasOwner)]
struct Article {
    #[owner]
    author: String,
}

#[requires(owner(article))]
async fn handler(axum::Json(article): axum::Json<String>) {
    drop(article);
}

fn main() {}
