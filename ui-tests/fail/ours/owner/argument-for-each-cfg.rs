use oauth2_guard::{HasOwner, requires};

#[derive(HasOwner)]
struct Article {
    #[owner]
    author: String,
}

#[requires(owner(article))]
async fn handler(#[cfg(all())] article: Article, #[cfg(any())] article: String) {
    drop(article);
}

fn main() {}
