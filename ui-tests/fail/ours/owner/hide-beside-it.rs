use oauth2_guard::{HasOwner, requires};

#[derive(HasOwner)]
struct Article {
    #[owner]
    author: String,
}

#[requires(owner(article), hide)]
async fn handler(article: Article) {
    drop(article);
}

fn main() {}
