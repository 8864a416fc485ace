use oauth2_guard::{HasOwner, requires};

#[derive(HasOwner)]
struct Article {
    #[owner]
    author: String,
}

#[requires(owner(article))]
#[axum::debug_handler]
async fn handler(article: Article) -> String {
    article.author
}

fn main() {}
