use axum::{Router, extract::Path, routing::get};
use oauth2_guard::{Owned, policy};

#[policy(owner(article))]
struct Author;

#[policy(any(Author, owner(folder)))]
struct AuthorOrKeeper;

async fn handler(_: Owned<Path<String>, AuthorOrKeeper>) {}

fn main() {
    let _: Router = Router::new().route("/", get(handler));
}
