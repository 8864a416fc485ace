use oauth2_guard::{HasOwner, requires};

#[derive(HasOwner)]
struct Article {
    #[owner]
    author: String,
}

#[requires(owner(article))]
async fn handler(#[cfg_attr(all(), cfg(any()))] article: Article) {}

fn main() {}
