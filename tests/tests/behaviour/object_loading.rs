//! When an object is loaded: once, where its argument stands, and not where the decision does not take it.

use axum::Router;
use axum::extract::{FromRef, Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use oauth2_guard::testing::TokenBuilder;
use oauth2_guard::{HasOwner, Owned, check, loader, policy, requires};
use oauth2_guard_tests::{Api, Counter, World, bearer};
use reqwest::Method;
use serde::Deserialize;

#[derive(Clone, Default)]
struct Db {
    articles: Counter,
    folders: Counter,
    checks: Counter,
    handlers: Counter,
}

/// The state of the router, of which a database is a part.
#[derive(Clone, Default)]
struct App {
    db: Db,
}

impl FromRef<App> for Db {
    fn from_ref(app: &App) -> Self {
        app.db.clone()
    }
}

impl Db {
    /// Articles, folders and checks that were asked for, and handlers that ran; each once only.
    fn ran(&self) -> [usize; 4] {
        [self.articles.get(), self.folders.get(), self.checks.get(), self.handlers.get()]
    }
}

#[derive(Deserialize)]
struct Names {
    author: String,
    keeper: String,
}

#[derive(HasOwner)]
struct Article {
    #[owner]
    author: String,
}

#[loader]
async fn article(Path(names): Path<Names>, State(db): State<Db>) -> Result<Article, StatusCode> {
    db.articles.count();
    if names.author == "broken" { Err(StatusCode::BAD_GATEWAY) } else { Ok(Article { author: names.author }) }
}

#[derive(HasOwner)]
struct Folder {
    #[owner]
    keeper: String,
}

#[loader]
async fn folder(Path(names): Path<Names>, State(db): State<Db>) -> Folder {
    db.folders.count();
    Folder { keeper: names.keeper }
}

#[check]
async fn is_friday(State(db): State<Db>) -> bool {
    db.checks.count();
    true
}

#[requires(scopes = "write", any(roles = "editor", owner(article)))]
async fn edit(article: Article, State(db): State<Db>, text: String) -> String {
    db.handlers.count();
    article.author + &text
}

#[requires(owner(article), owner(folder))]
async fn file_away(article: Article, folder: Folder, State(db): State<Db>) -> String {
    db.handlers.count();
    article.author + &folder.keeper
}

#[requires(any(owner(article), owner(folder)))]
async fn either(article: Article, folder: Folder, State(db): State<Db>) -> String {
    db.handlers.count();
    article.author + &folder.keeper
}

#[requires(any(owner(article, claim = "email"), owner(article), owner(article, claim = "nick")))]
async fn by_any_claim(article: Article, State(db): State<Db>) -> String {
    db.handlers.count();
    article.author
}

#[requires(check = is_friday, owner(article))]
async fn on_friday(article: Article, State(db): State<Db>) -> String {
    db.handlers.count();
    article.author
}

#[requires(scopes = "write", owner(article))]
async fn with_another(article: Article, _folder: Folder, State(db): State<Db>) -> String {
    db.handlers.count();
    article.author
}

#[policy(scopes = "write", any(roles = "editor", owner(article)))]
struct MayEdit;

async fn by_hand(
    Owned(article, ..): Owned<Article, MayEdit>,
    _folder: Folder,
    State(db): State<Db>,
) -> String {
    db.handlers.count();
    article.author
}

fn routes() -> Router<App> {
    Router::new()
        .route("/edit/{author}/{keeper}", get(edit))
        .route("/file/{author}/{keeper}", get(file_away))
        .route("/either/{author}/{keeper}", get(either))
        .route("/claims/{author}/{keeper}", get(by_any_claim))
        .route("/friday/{author}/{keeper}", get(on_friday))
        .route("/another/{author}/{keeper}", get(with_another))
        .route("/by_hand/{author}/{keeper}", get(by_hand))
}

async fn assert_ran(world: &World, rows: Vec<(&str, TokenBuilder, u16, [usize; 4])>) {
    for (path, token, status, ran) in rows {
        let app = App::default();
        let api = world.serve(routes().with_state(app.clone())).await;
        let answer = api.get_path(path, token.build()).await;
        assert_eq!((answer.status, app.db.ran()), (status, ran), "{path} {answer:?}");
    }
}

#[tokio::test]
async fn an_object_is_loaded_once_and_not_where_the_token_denies() {
    let world = World::new().await;
    let alice = || world.token().scopes("write");
    let editor = || alice().subject("bob").roles(["editor"]);
    assert_ran(
        &world,
        vec![
            ("/edit/alice/x", alice(), 200, [1, 0, 0, 1]),
            ("/edit/alice/x", alice().subject("bob"), 403, [1, 0, 0, 0]),
            ("/edit/alice/x", world.token(), 403, [0, 0, 0, 0]),
            ("/edit/alice/x", world.token().roles(["editor"]), 403, [0, 0, 0, 0]),
            ("/edit/alice/x", alice().expired(), 401, [0, 0, 0, 0]),
            // The handler takes it, though nobody asks whose it is.
            ("/edit/alice/x", editor(), 200, [1, 0, 0, 1]),
            ("/edit/broken/x", editor(), 502, [1, 0, 0, 0]),
            ("/edit/broken/x", world.token(), 403, [0, 0, 0, 0]),
            ("/by_hand/alice/x", alice(), 200, [1, 1, 0, 1]),
            ("/by_hand/alice/x", editor(), 200, [1, 1, 0, 1]),
            ("/by_hand/alice/x", alice().subject("bob"), 403, [1, 0, 0, 0]),
            ("/by_hand/alice/x", world.token(), 403, [0, 0, 0, 0]),
            ("/claims/alice/x", alice(), 200, [1, 0, 0, 1]),
            ("/claims/nick/x", alice().claim("nick", "nick"), 200, [1, 0, 0, 1]),
            ("/claims/x/x", alice(), 403, [1, 0, 0, 0]),
        ],
    )
    .await;
}

#[tokio::test]
async fn what_comes_after_a_refusal_is_not_loaded() {
    let world = World::new().await;
    let alice = || world.token().scopes("write");
    assert_ran(
        &world,
        vec![
            ("/file/alice/alice", alice(), 200, [1, 1, 0, 1]),
            ("/file/alice/bob", alice(), 403, [1, 1, 0, 0]),
            ("/file/bob/alice", alice(), 403, [1, 0, 0, 0]),
            ("/file/broken/alice", alice(), 502, [1, 0, 0, 0]),
            ("/file/alice/alice", alice().without("sub"), 403, [1, 0, 0, 0]),
            ("/either/alice/x", alice(), 200, [1, 1, 0, 1]),
            ("/either/x/alice", alice(), 200, [1, 1, 0, 1]),
            ("/either/x/x", alice(), 403, [1, 1, 0, 0]),
            // One that no rule names is an argument like any other.
            ("/another/alice/x", alice(), 200, [1, 1, 0, 1]),
            ("/another/x/alice", alice(), 403, [1, 0, 0, 0]),
            ("/another/alice/x", world.token(), 403, [0, 0, 0, 0]),
        ],
    )
    .await;
}

#[tokio::test]
async fn checks_are_asked_before_objects_are_loaded() {
    #[check]
    async fn is_never(State(db): State<Db>) -> bool {
        db.checks.count();
        false
    }
    #[requires(owner(article), check = is_never)]
    async fn never(article: Article, State(db): State<Db>) -> String {
        db.handlers.count();
        article.author
    }
    let world = World::new().await;
    assert_ran(&world, vec![("/friday/alice/x", world.token(), 200, [1, 0, 1, 1])]).await;
    assert_ran(&world, vec![("/friday/bob/x", world.token(), 403, [1, 0, 1, 0])]).await;

    let app = App::default();
    let routes = Router::new().route("/{author}/{keeper}", get(never)).with_state(app.clone());
    let api = world.serve(routes).await;
    assert_eq!((api.status("/alice/x", world.token()).await, app.db.ran()), (403, [0, 0, 1, 0]));
}

#[tokio::test]
async fn the_body_is_read_after_the_object_is_let_through() {
    let app = App::default();
    let world = World::new().await;
    let routes = Router::new().route("/{author}/{keeper}", post(edit)).with_state(app.clone());
    let api: Api = world.serve(routes).await;
    let send = async |token: TokenBuilder| {
        let answer = api.send(Method::POST, "/alice/x", bearer(&token.build()), "\u{1f98a}").await;
        (answer.status, answer.body)
    };
    assert_eq!(send(world.token().scopes("write")).await, (200, "alice\u{1f98a}".to_owned()));
    assert_eq!(send(world.token().scopes("write").subject("bob")).await.0, 403);
    assert_eq!(app.db.ran(), [2, 0, 0, 1]);
}

#[tokio::test]
async fn each_request_loads_for_itself() {
    let app = App::default();
    let world = World::new().await;
    let api = world.serve(routes().with_state(app.clone())).await;
    for _ in 0..3 {
        assert_eq!(api.status("/edit/alice/x", world.token().scopes("write")).await, 200);
        assert_eq!(api.status("/edit/bob/x", world.token().scopes("write")).await, 403);
    }
    assert_eq!(app.db.ran(), [6, 0, 0, 3]);
}
