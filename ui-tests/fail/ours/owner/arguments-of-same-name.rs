use oauth2_guard::{HasOwner, requires};

#[derive(HasOwner)]
struct Article {
    #[owner]
    author: String,
}

macro_rules! handler {
    ($argument:ident) => {
        #[requires(owner(article))]
        async fn handler($argument: Article, article: Article) {
            drop(($argument, article));
        }
    };
}

handler!(article);

fn main() {}
