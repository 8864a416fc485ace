//! Objects and their owners.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use oauth2_guard::testing::TokenBuilder;
use oauth2_guard::{HasOwner, loader, requires};
use oauth2_guard_tests::{Api, World, bearer};
use reqwest::Method;

use crate::cases::{anonymous, send};

/// Objects by their number: its owner, and what it says.
#[derive(Clone, Default)]
struct Store(Arc<Mutex<BTreeMap<u32, (&'static str, String)>>>);

impl Store {
    fn new() -> Self {
        let store = Self::default();
        store.0.lock().unwrap().extend([(1, ("alice", "one".to_owned())), (2, ("bob", "two".to_owned()))]);
        store
    }

    fn find(&self, id: u32) -> Option<(&'static str, String)> {
        self.0.lock().unwrap().get(&id).cloned()
    }
}

#[derive(HasOwner)]
struct Article {
    id: u32,
    #[owner]
    user: &'static str,
    text: String,
}

#[loader]
async fn article(Path(id): Path<u32>, State(store): State<Store>) -> Option<Article> {
    store.find(id).map(|(user, text)| Article { id, user, text })
}

/// Its owner is in a field of another name, beside one that has the usual name.
#[derive(HasOwner)]
struct Comment {
    user: &'static str,
    #[owner]
    author_id: &'static str,
}

#[loader]
async fn comment(Path(_): Path<u32>) -> Comment {
    Comment { user: "bob", author_id: "alice" }
}

/// It belongs to an address.
#[derive(HasOwner)]
struct Project {
    #[owner(claim = "email")]
    owner_email: &'static str,
}

#[loader]
async fn project(Path(_): Path<u32>) -> Project {
    Project { owner_email: "alice@example.com" }
}

/// Its owner is a number, where the token has text.
#[derive(HasOwner)]
struct Invoice {
    #[owner]
    customer: u64,
}

#[loader]
async fn invoice(Path(_): Path<u32>) -> Invoice {
    Invoice { customer: 42 }
}

mod articles {
    use super::*;

    #[requires(owner(article))]
    pub(super) async fn read(article: Article) -> String {
        article.text
    }

    #[requires(owner(article))]
    pub(super) async fn update(article: Article, State(store): State<Store>, text: String) -> StatusCode {
        store.0.lock().unwrap().insert(article.id, (article.user, text));
        StatusCode::NO_CONTENT
    }

    #[requires(owner(article))]
    pub(super) async fn remove(article: Article, State(store): State<Store>) -> StatusCode {
        store.0.lock().unwrap().remove(&article.id);
        StatusCode::NO_CONTENT
    }
}

#[requires(owner(comment))]
async fn read_comment(comment: Comment) -> Json<[&'static str; 2]> {
    Json([comment.user, comment.author_id])
}

#[requires(owner(comment))]
async fn delete_comment(comment: Comment) -> String {
    format!("{}'s is gone", comment.author_id)
}

#[requires(owner(project))]
async fn update_project(project: Project, text: String) -> String {
    format!("{} {text}", project.owner_email)
}

/// Nobody wrote down whose it is.
#[derive(HasOwner)]
struct Orphan {
    #[owner]
    user: Option<&'static str>,
}

#[loader]
async fn orphan(Path(id): Path<u32>) -> Orphan {
    Orphan { user: (id == 1).then_some("alice") }
}

#[requires(owner(orphan))]
async fn read_orphan(orphan: Orphan) -> &'static str {
    orphan.user.unwrap_or("nobody's")
}

#[requires(owner(project))]
async fn read_project(project: Project) -> String {
    project.owner_email.to_owned()
}

#[requires(owner(article, claim = "email"))]
async fn by_email(article: Article) -> String {
    article.text
}

#[requires(owner(invoice))]
async fn read_invoice(invoice: Invoice) -> String {
    invoice.customer.to_string()
}

async fn objects(world: &World) -> Api {
    let app = Router::new()
        .route("/articles/{id}", get(articles::read).put(articles::update).delete(articles::remove))
        .route("/comments/{id}", get(read_comment).delete(delete_comment))
        .route("/projects/{id}", get(read_project).patch(update_project))
        .route("/emails/{id}", get(by_email))
        .route("/orphans/{id}", get(read_orphan))
        .route("/invoices/{id}", get(read_invoice));
    world.serve(app.with_state(Store::new())).await
}

#[tokio::test]
async fn an_article_is_read_updated_and_deleted_by_its_owner_alone() {
    let world = World::new().await;
    let api = objects(&world).await;
    let (alice, bob) = (world.token(), world.token().subject("bob"));
    for (method, status) in [(Method::GET, 403), (Method::PUT, 403), (Method::DELETE, 403)] {
        assert_eq!(send(&api, method.clone(), "/articles/1", &bob, "x").await.status, status, "{method}");
        assert_eq!(send(&api, method.clone(), "/articles/2", &alice, "x").await.status, status, "{method}");
        assert_eq!(send(&api, method.clone(), "/articles/3", &alice, "x").await.status, 404, "{method}");
        assert_eq!(anonymous(&api, method.clone(), "/articles/1").await.status, 401);
        assert_eq!(api.send(method, "/articles/1", bearer("a.b.c"), "x").await.status, 401);
    }
    // Nothing changed, and each has his own.
    assert_eq!(send(&api, Method::GET, "/articles/1", &alice, "").await.body, "one");
    assert_eq!(send(&api, Method::GET, "/articles/2", &bob, "").await.body, "two");
    assert_eq!(send(&api, Method::PUT, "/articles/1", &alice, "new").await.status, 204);
    // It stays his.
    assert_eq!(send(&api, Method::GET, "/articles/1", &alice, "").await.body, "new");
    assert_eq!(send(&api, Method::GET, "/articles/1", &bob, "").await.status, 403);
    assert_eq!(send(&api, Method::DELETE, "/articles/1", &alice, "").await.status, 204);
    assert_eq!(send(&api, Method::GET, "/articles/1", &alice, "").await.status, 404);
    assert_eq!(send(&api, Method::GET, "/articles/2", &bob, "").await.body, "two");
}

#[tokio::test]
async fn the_owner_is_in_another_field_or_in_another_claim() {
    let world = World::new().await;
    let api = objects(&world).await;
    let email = |address: &str| world.token().subject("x").claim("email", address);
    let read = async |path: &str, token: &TokenBuilder| send(&api, Method::GET, path, token, "").await;
    assert_eq!(read("/comments/1", &world.token()).await.body, r#"["bob","alice"]"#);
    assert_eq!(read("/comments/1", &world.token().subject("bob")).await.status, 403);
    assert_eq!(read("/projects/1", &email("alice@example.com")).await.body, "alice@example.com");
    assert_eq!(read("/projects/1", &email("bob@example.com")).await.status, 403);
    // The claim is missing.
    assert_eq!(read("/projects/1", &world.token()).await.status, 403);
    assert_eq!(read("/emails/1", &email("alice")).await.body, "one");
    assert_eq!(read("/emails/1", &world.token()).await.status, 403);
    // There a number is never equal to text.
    assert_eq!(read("/invoices/1", &world.token().subject("42")).await.body, "42");
    assert_eq!(read("/invoices/1", &world.token().subject("43")).await.status, 403);
}

#[tokio::test]
async fn a_comment_is_deleted_and_a_project_updated_by_their_owners() {
    let world = World::new().await;
    let api = objects(&world).await;
    let (alice, bob) = (world.token(), world.token().subject("bob"));
    assert_eq!(send(&api, Method::DELETE, "/comments/1", &bob, "").await.status, 403);
    assert_eq!(send(&api, Method::DELETE, "/comments/1", &alice, "").await.body, "alice's is gone");
    let (alice, bob) = (alice.claim("email", "alice@example.com"), bob.claim("email", "bob@example.com"));
    assert_eq!(send(&api, Method::PATCH, "/projects/1", &bob, "new").await.status, 403);
    assert_eq!(send(&api, Method::PATCH, "/projects/1", &alice, "new").await.body, "alice@example.com new");
    for (method, path) in [(Method::DELETE, "/comments/1"), (Method::PATCH, "/projects/1")] {
        assert_eq!(anonymous(&api, method, path).await.status, 401, "{path}");
    }
}

#[tokio::test]
async fn an_object_without_an_owner_is_nobodys() {
    let world = World::new().await;
    let api = objects(&world).await;
    for token in [world.token(), world.token().subject("None"), world.token().subject("null")] {
        assert_eq!(send(&api, Method::GET, "/orphans/2", &token, "").await.status, 403);
    }
    assert_eq!(send(&api, Method::GET, "/orphans/1", &world.token(), "").await.body, "alice");
}
