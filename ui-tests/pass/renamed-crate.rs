extern crate oauth2_guard as renamed;

use axum::{Router, extract::Path, routing::get};
use renamed::{HasOwner, check, loader, policy, public, requires};

mod inner {
    pub(crate) use renamed as reexported;
}

/// Takes the place of the crate wherever a path is not absolute, or is not the one that was given.
mod oauth2_guard {}

#[requires(crate = crate::inner::reexported, roles = "admin")]
async fn reexported() {}

#[requires(roles = "admin")]
#[requires(crate = ::renamed, roles = "owner")]
async fn given_below() {}

#[public(crate = ::renamed)]
async fn open() {}

#[policy(crate = ::renamed, roles = "admin", check = is_open)]
struct Admin;

#[check(crate = ::renamed)]
async fn is_open(Path(id): Path<u64>) -> bool {
    id == 1
}

#[derive(HasOwner)]
#[owner(crate = crate::inner::reexported)]
struct Article {
    #[owner]
    author: String,
}

#[loader(crate = ::renamed)]
async fn article(Path(_): Path<u64>) -> Option<Article> {
    None
}

#[requires(crate = ::renamed, any(Admin, owner(article)))]
async fn objects(article: Article) -> String {
    article.author
}

fn main() {
    let _: Router = Router::new()
        .route("/reexported", get(reexported))
        .route("/given-below", get(given_below))
        .route("/open", get(open))
        .route("/objects/{id}", get(objects));
}
