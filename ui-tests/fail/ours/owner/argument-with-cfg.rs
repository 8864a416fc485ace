use oauth2_guard::{HasOwner, requires};

#[derive(HasOwner)]
struct Article {
    #[owner]
    author: String,
}

#[requires(owner(article))]
async fn handler(#[cfg(any())] article: Article) {}

fn main() {}
