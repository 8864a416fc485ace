//! However an argument is bound, it is the object that `owner(..)` names.

use axum::{Extension, Router, extract::Path, routing::post};
use oauth2_guard::{HasOwner, loader, requires};

#[derive(Clone, HasOwner)]
struct Article {
    #[owner]
    author: String,
    text: String,
}

#[derive(HasOwner)]
struct Folder(#[owner] Option<i64>, String);

#[loader]
async fn article(Path(_): Path<u64>) -> Option<Article> {
    None
}

#[loader]
async fn folder() -> Option<Folder> {
    None
}

#[requires(owner(article))]
async fn mutable(mut article: Article, text: String) -> String {
    article.text = text;
    article.text
}

#[requires(owner(user))]
async fn taken_apart(Path(user): Path<String>) -> String {
    user
}

#[requires(owner(user))]
async fn taken_apart_and_mutable(Path(mut user): Path<String>) -> String {
    user.push('!');
    user
}

#[requires(owner(keeper))]
async fn by_a_field(Folder(keeper, ..): Folder) -> String {
    keeper.unwrap_or_default().to_string()
}

#[requires(owner(text))]
async fn by_a_named_field(Article { text, .. }: Article) -> String {
    text
}

#[requires(owner(whole))]
async fn at(whole @ Article { .. }: Article) -> String {
    whole.text
}

#[requires(owner(r#type))]
async fn raw(r#type: Article) -> String {
    r#type.text
}

#[requires(owner(_unused))]
async fn unused(_unused: Article) {}

#[requires(any(owner(article), owner(folder, claim = "employee")))]
async fn several(article: Article, Path(_): Path<u64>, folder: Folder, body: String) -> String {
    body + &article.text + &folder.1
}

#[requires(owner(article), any(roles = "editor", owner(article, claim = "email", hide)))]
async fn one_of_them_twice(article: Article) -> String {
    article.text
}

#[requires(owner(article))]
async fn extension(article: Extension<Article>) -> String {
    article.0.text
}

#[requires(owner(article))]
#[requires(owner(folder))]
async fn stacked(folder: Folder, article: Article) -> String {
    folder.1 + &article.text
}

#[requires(owner(article))]
async fn fifteen(
    _: Extension<u8>,
    _: Extension<u8>,
    _: Extension<u8>,
    _: Extension<u8>,
    _: Extension<u8>,
    _: Extension<u8>,
    _: Extension<u8>,
    _: Extension<u8>,
    _: Extension<u8>,
    _: Extension<u8>,
    _: Extension<u8>,
    _: Extension<u8>,
    _: Extension<u8>,
    article: Article,
    body: String,
) -> String {
    body + &article.text
}

fn main() {
    let _: Router = Router::new()
        .route("/mutable/{id}", post(mutable))
        .route("/taken-apart/{id}", post(taken_apart))
        .route("/taken-apart-and-mutable/{id}", post(taken_apart_and_mutable))
        .route("/by-a-field/{id}", post(by_a_field))
        .route("/by-a-named-field/{id}", post(by_a_named_field))
        .route("/at/{id}", post(at))
        .route("/raw/{id}", post(raw))
        .route("/unused/{id}", post(unused))
        .route("/several/{id}", post(several))
        .route("/one-of-them-twice/{id}", post(one_of_them_twice))
        .route("/extension/{id}", post(extension))
        .route("/stacked/{id}", post(stacked))
        .route("/fifteen/{id}", post(fifteen));
}
