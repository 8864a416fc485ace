use axum::{Router, extract::Path, routing::get};
use oauth2_guard as guard;
use oauth2_guard::{HasOwner as Belongs, check as asks, loader as loads, policy as rule, requires as only};

#[rule(roles = "admin")]
struct Admin;

#[asks]
async fn is_open() -> bool {
    true
}

#[derive(Belongs)]
struct Article {
    #[owner]
    author: String,
}

#[loads]
async fn article(Path(_): Path<u64>) -> Option<Article> {
    None
}

#[only(any(Admin, check = is_open, owner(article)))]
async fn renamed(article: Article) -> String {
    article.author
}

#[guard::requires(Admin)]
#[guard::requires(check = is_open)]
async fn in_renamed_module() {}

fn main() {
    let _: Router = Router::new()
        .route("/renamed/{id}", get(renamed))
        .route("/in-renamed-module", get(in_renamed_module));
}
