//! Attributes of others that look at the handler, above and below.

use axum::{Router, extract::Path, routing::get};
use oauth2_guard::{HasOwner, check, loader, public, requires};
use tracing::instrument;
use utoipa::OpenApi;

#[derive(HasOwner)]
struct Article {
    #[owner]
    author: String,
}

#[loader]
#[instrument]
async fn article(Path(id): Path<u64>) -> Option<Article> {
    (id == 1).then(|| Article { author: "alice".to_owned() })
}

#[instrument]
#[check]
async fn is_open() -> bool {
    true
}

#[check]
#[instrument(ret)]
async fn is_staffed() -> bool {
    true
}

#[utoipa::path(get, path = "/above/{id}", params(("id" = u64, Path)), responses((status = 200)))]
#[instrument(skip_all)]
#[requires(any(check = is_open, check = is_staffed, owner(article)))]
async fn above(article: Article) -> String {
    article.author
}

#[requires(any(roles = "admin", owner(article)))]
#[instrument(skip_all, fields(author = article.author))]
#[utoipa::path(get, path = "/below/{id}", params(("id" = u64, Path)), responses((status = 200)))]
async fn below(article: Article) -> String {
    article.author
}

#[instrument(skip_all)]
#[requires(roles = "admin")]
#[utoipa::path(get, path = "/between/{id}", responses((status = 200)))]
async fn between(Path(id): Path<u64>) -> String {
    id.to_string()
}

#[utoipa::path(get, path = "/open", responses((status = 200)))]
#[public]
#[instrument]
async fn open() {}

#[derive(OpenApi)]
#[openapi(paths(above, below, between, open))]
struct Documentation;

fn main() {
    let _: Router = Router::new()
        .route("/above/{id}", get(above))
        .route("/below/{id}", get(below))
        .route("/between/{id}", get(between))
        .route("/open", get(open));
    assert_eq!(Documentation::openapi().paths.paths.len(), 4);
}
