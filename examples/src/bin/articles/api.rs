//! The API: articles in a database, and who may do what with whose.

use axum::extract::{FromRef, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use oauth2_guard::policy::Principal;
use oauth2_guard::{HasOwner, OAuth2Claims, ResourceServer, check, loader, requires};
use serde::{Deserialize, Serialize};
use sqlx::SqlitePool;
use sqlx::prelude::FromRow;

#[derive(FromRow, HasOwner, Serialize)]
struct Article {
    id: i64,
    /// The `sub` of who wrote it.
    #[owner]
    author: String,
    title: String,
    is_published: bool,
}

/// What a caller may say of an article. Who wrote it is not among it.
#[derive(Deserialize)]
struct Draft {
    title: String,
    is_published: bool,
}

#[derive(Clone)]
struct Api {
    db: SqlitePool,
}

impl FromRef<Api> for SqlitePool {
    fn from_ref(api: &Api) -> Self {
        api.db.clone()
    }
}

/// The article of the path, for the handlers that take one.
#[loader]
async fn article(Path(id): Path<i64>, State(db): State<SqlitePool>) -> Result<Option<Article>, ApiError> {
    Ok(sqlx::query_as("SELECT * FROM articles WHERE id = ?").bind(id).fetch_optional(&db).await?)
}

#[check]
async fn is_published(Path(id): Path<i64>, State(db): State<SqlitePool>) -> Result<bool, ApiError> {
    let found = sqlx::query_scalar("SELECT is_published FROM articles WHERE id = ?").bind(id);
    Ok(found.fetch_optional(&db).await?.unwrap_or(false))
}

/// What is published, and one's own.
#[requires(scopes = "articles:read")]
async fn list(claims: OAuth2Claims, State(db): State<SqlitePool>) -> Result<Json<Vec<Article>>, ApiError> {
    // As `owner(..)` has it: a machine owns nothing, whatever its name.
    let me = claims.subject().filter(|_| claims.principal() == Some(Principal::User));
    let seen = sqlx::query_as("SELECT * FROM articles WHERE is_published OR author = ? OR ? ORDER BY id")
        .bind(me)
        .bind(claims.has_role("admin"));
    Ok(Json(seen.fetch_all(&db).await?))
}

/// The author is who the token is about, whatever the body says.
#[requires(scopes = "articles:write", principal = user)]
async fn create(
    claims: OAuth2Claims,
    State(db): State<SqlitePool>,
    Json(draft): Json<Draft>,
) -> Result<(StatusCode, Json<Article>), ApiError> {
    let created =
        sqlx::query_as("INSERT INTO articles (author, title, is_published) VALUES (?, ?, ?) RETURNING *")
            .bind(claims.subject())
            .bind(draft.title)
            .bind(draft.is_published);
    Ok((StatusCode::CREATED, Json(created.fetch_one(&db).await?)))
}

#[requires(scopes = "articles:read", any(roles = "admin", check = is_published, owner(article, hide)))]
async fn read(article: Article) -> Json<Article> {
    Json(article)
}

#[requires(scopes = "articles:write", any(roles = "admin", owner(article, hide)))]
async fn edit(
    article: Article,
    State(db): State<SqlitePool>,
    Json(Draft { title, is_published }): Json<Draft>,
) -> Result<Json<Article>, ApiError> {
    let edited = Article { title, is_published, ..article };
    sqlx::query("UPDATE articles SET title = ?, is_published = ? WHERE id = ?")
        .bind(&edited.title)
        .bind(edited.is_published)
        .bind(edited.id)
        .execute(&db)
        .await?;
    Ok(Json(edited))
}

#[requires(scopes = "articles:write", any(roles = "admin", owner(article, hide)))]
async fn delete(article: Article, State(db): State<SqlitePool>) -> Result<StatusCode, ApiError> {
    sqlx::query("DELETE FROM articles WHERE id = ?").bind(article.id).execute(&db).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) fn routes(server: &ResourceServer, db: SqlitePool) -> Router {
    Router::new()
        .route("/articles", get(list).post(create))
        .route("/articles/{id}", get(read).put(edit).delete(delete))
        .layer(server.layer())
        .with_state(Api { db })
}

/// The database failed. The caller is not told how.
struct ApiError(sqlx::Error);

impl From<sqlx::Error> for ApiError {
    fn from(error: sqlx::Error) -> Self {
        Self(error)
    }
}

#[allow(clippy::print_stdout, reason = "it stands for a log")]
impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        println!("the database failed: {}", self.0);
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    }
}
