use oauth2_guard::{HasOwner, requires};

#[derive(HasOwner)]
struct Article {
    #[owner]
    author: String,
}

#[requires(owner(user))]
async fn handler(axum::extract::Path((user, photo)): axum::extract::Path<(String, u64)>) {
    drop((user, photo));
}

fn main() {}
