use axum::{Json, Router, extract::Path, extract::State, routing::post};
use oauth2_guard::{HasOwner, check, loader, public, requires};

#[derive(HasOwner)]
struct Article {
    #[owner]
    author: String,
}

#[loader]
async fn article(Path(_): Path<u64>, State(_): State<u64>) -> Option<Article> {
    None
}

#[check]
async fn is_open(State(state): State<u64>) -> bool {
    state == 1
}

#[requires(roles = "admin")]
#[axum::debug_handler]
async fn handler(State(offset): State<u64>, Json(number): Json<u64>) -> String {
    (number + offset).to_string()
}

#[requires(any(check = is_open, owner(article)))]
#[axum::debug_handler(state = u64)]
async fn edit(mut article: Article, text: String) -> String {
    article.author = text;
    article.author
}

#[public]
#[axum::debug_handler(state = u64)]
async fn open() {}

fn main() {
    let _: Router = Router::new()
        .route("/", post(handler))
        .route("/edit/{id}", post(edit))
        .route("/open", post(open))
        .with_state(1);
}
