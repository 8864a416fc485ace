use oauth2_guard::{HasOwner, requires};

#[derive(HasOwner)]
struct Article {
    #[owner]
    author: String,
}

#[requires(owner(artcle), owner(coment))]
async fn handler(article: Article, comment: Article) {
    drop((article, comment));
}

fn main() {}
