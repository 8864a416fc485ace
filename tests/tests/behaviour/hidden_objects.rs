//! `owner(.., hide)`: who does not own an object is told what is told where there is none.

use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use oauth2_guard::testing::TokenBuilder;
use oauth2_guard::{HasOwner, Owned, Reason, ResourceServerBuilder, check, loader, policy, requires};
use oauth2_guard_tests::{Api, World, bearer};
use reqwest::Method;
use serde_json::json;

#[derive(HasOwner)]
struct Article {
    #[owner]
    author: String,
}

/// It is named after its author; that of nobody does not exist.
#[loader]
async fn article(Path(author): Path<String>) -> Result<Option<Article>, (StatusCode, Json<&'static str>)> {
    match author.as_str() {
        "nobody" => Ok(None),
        "broken" => Err((StatusCode::BAD_GATEWAY, Json("the database is away"))),
        _ => Ok(Some(Article { author })),
    }
}

#[check]
async fn is_on_call() -> Result<bool, StatusCode> {
    Err(StatusCode::IM_A_TEAPOT)
}

#[requires(owner(article, hide))]
async fn own(article: Article) -> String {
    article.author
}

#[requires(scopes = "articles", any(roles = "editor", owner(article, hide)))]
async fn own_or_editor(article: Article) -> String {
    article.author
}

#[requires(any(check = is_on_call, owner(article, hide)))]
async fn own_or_on_call(article: Article) -> String {
    article.author
}

#[policy(owner(article, claim = "email", hide))]
struct OwnByEmail;

async fn by_hand(Owned(article, ..): Owned<Article, OwnByEmail>) -> String {
    article.author
}

#[requires(owner(article))]
async fn open(article: Article) -> String {
    article.author
}

fn routes() -> Router {
    Router::new()
        .route("/own/{author}", get(own))
        .route("/editor/{author}", get(own_or_editor))
        .route("/on_call/{author}", get(own_or_on_call))
        .route("/by_hand/{author}", get(by_hand))
        .route("/open/{author}", get(open))
        .route("/post/{author}", post(own))
}

/// For each way in which an object may be hidden: the path, and a token of somebody else.
fn of_others(world: &World) -> Vec<(&'static str, TokenBuilder)> {
    let bob = || world.token().subject("bob").scopes("articles");
    let machine = world.token().scopes("articles").claim("client_id", "alice");
    let email = bob().claim("email", "alice");
    vec![
        ("/own", bob()),
        ("/own", machine.clone()),
        ("/own", world.token().without("sub")),
        ("/editor", bob()),
        ("/editor", bob().claim("roles", 5)),
        ("/editor", machine),
        ("/on_call", bob()),
        ("/by_hand", world.token()),
        ("/by_hand", email.claim("email_verified", false)),
        ("/by_hand", bob().claim("email", "bob")),
    ]
}

async fn assert_hidden(
    world: &World,
    settings: impl FnOnce(ResourceServerBuilder) -> ResourceServerBuilder,
) -> Api {
    let api = world.serve_with(routes(), settings).await;
    for (path, token) in of_others(world) {
        let theirs = api.whole(&format!("{path}/alice"), token.clone()).await;
        let absent = api.whole(&format!("{path}/nobody"), token).await;
        assert_eq!(theirs, absent, "{path}");
        assert!(theirs.0 == 404 && !theirs.2.contains("alice"), "{path} {theirs:?}");
        assert!(!theirs.1.iter().any(|header| header.starts_with("www-authenticate")), "{path} {theirs:?}");
    }
    api
}

#[tokio::test]
async fn somebody_elses_object_is_answered_by_the_bytes_of_one_that_does_not_exist() {
    let world = World::new().await;
    let api = assert_hidden(&world, |builder| builder).await;
    let body = r#"{"title":"Not Found","status":404,"detail":"there is nothing here"}"#;
    let answer = api.get_path("/own/alice", world.token().subject("bob").build()).await;
    assert_eq!((answer.status, answer.body.as_str()), (404, body));
    assert_eq!(answer.content_type.as_deref(), Some("application/problem+json"));
    assert_eq!(answer.cache_control.as_deref(), Some("no-store"));

    let email = world.token().subject("bob").claim("email", "alice");
    let editor = world.token().subject("bob").scopes("articles").roles(["editor"]);
    for (path, token) in [
        ("/own/alice", world.token()),
        ("/editor/alice", world.token().scopes("articles")),
        ("/editor/alice", editor.clone()),
        ("/on_call/alice", world.token()),
        ("/by_hand/alice", email),
    ] {
        assert_eq!(api.get_path(path, token.build()).await.body, "alice", "{path}");
    }
    // Neither is what there is not there for those who may see everything.
    assert_eq!(api.status("/editor/nobody", editor).await, 404);
}

#[tokio::test]
async fn a_verbose_server_hides_as_well() {
    let world = World::new().await;
    assert_hidden(&world, ResourceServerBuilder::verbose).await;
}

#[tokio::test]
async fn where_the_answer_is_replaced_both_are() {
    let world = World::new().await;
    let replace = |builder: ResourceServerBuilder| {
        builder.verbose().on_rejection(|rejection, mut response: Response| {
            let reason = rejection.reason().as_str();
            response.headers_mut().insert("x-reason", HeaderValue::from_static(reason));
            response.headers_mut().insert("x-text", format!("{rejection} {rejection:?}").parse().unwrap());
            match rejection.reason() {
                Reason::NotFound => {
                    (StatusCode::NOT_FOUND, response.headers().clone(), "nothing").into_response()
                }
                _ => response,
            }
        })
    };
    let api = assert_hidden(&world, replace).await;
    let (_, headers, body) = api.whole("/own/alice", world.token().subject("bob")).await;
    assert!(headers.contains(&r#"x-reason: "not_found""#.to_owned()) && body == "nothing", "{headers:?}");
    // It is called for what is not hidden, too.
    let (_, headers, _) = api.whole("/open/alice", world.token().subject("bob")).await;
    assert!(headers.contains(&r#"x-reason: "denied""#.to_owned()), "{headers:?}");
}

#[tokio::test]
async fn by_other_methods_it_is_hidden_too() {
    let world = World::new().await;
    let api = world.serve(routes()).await;
    let bob = bearer(&world.token().subject("bob").build());
    for (method, path) in [(Method::HEAD, "/own"), (Method::POST, "/post")] {
        let send =
            async |author: &str| api.send(method.clone(), &format!("{path}/{author}"), bob.clone(), "").await;
        let theirs = send("alice").await;
        assert_eq!((theirs.status, &theirs), (404, &send("nobody").await), "{method}");
    }
    let alice = bearer(&world.token().build());
    assert_eq!(api.send(Method::POST, "/post/alice", alice, "").await.body, "alice");
}

#[tokio::test]
async fn without_hide_it_is_403_and_tells_that_there_is_one() {
    let world = World::new().await;
    let api = world.serve(routes()).await;
    let bob = world.token().subject("bob");
    let answer = api.get_path("/open/alice", bob.build()).await;
    assert_eq!((answer.status, answer.error()), (403, Some("insufficient_scope")));
    assert_eq!(api.status("/open/nobody", bob).await, 404);
    assert_eq!(api.status("/open/alice", world.token()).await, 200);
}

#[tokio::test]
async fn what_the_token_alone_denies_is_not_hidden() {
    // Nothing was loaded, so that there is nothing to hide: both are the 403 that says what to ask for.
    let world = World::new().await;
    let api = world.serve(routes()).await;
    let theirs = api.whole("/editor/alice", world.token()).await;
    assert_eq!(theirs, api.whole("/editor/nobody", world.token()).await);
    assert!(theirs.0 == 403 && theirs.1.iter().any(|header| header.contains("scope=")), "{theirs:?}");
    let nobody = api.send(Method::GET, "/own/alice", Default::default(), "").await;
    assert_eq!(nobody, api.send(Method::GET, "/own/nobody", Default::default(), "").await);
    assert_eq!(nobody.status, 401);
}

#[tokio::test]
async fn an_error_of_the_loader_is_its_own_answer_for_whoever_asks() {
    let world = World::new().await;
    let api = world.serve(routes()).await;
    for token in [world.token(), world.token().subject("broken"), world.token().subject("bob")] {
        for path in ["/own/broken", "/open/broken", "/by_hand/broken"] {
            let answer = api.get_path(path, token.build()).await;
            assert_eq!((answer.status, answer.body.as_str()), (502, r#""the database is away""#), "{path}");
            assert_eq!(answer.content_type.as_deref(), Some("application/json"), "{path}");
        }
    }
    assert_eq!(api.status("/editor/broken", world.token()).await, 403);
}

#[tokio::test]
async fn two_objects_of_which_one_is_hidden() {
    #[derive(HasOwner)]
    struct Folder {
        #[owner]
        keeper: String,
    }
    #[loader]
    async fn folder(Path((_, keeper)): Path<(String, String)>) -> Option<Folder> {
        (keeper != "nobody").then_some(Folder { keeper })
    }
    #[derive(HasOwner)]
    struct Letter {
        #[owner]
        writer: String,
    }
    #[loader]
    async fn letter(Path((writer, _)): Path<(String, String)>) -> Option<Letter> {
        (writer != "nobody").then_some(Letter { writer })
    }
    #[requires(owner(letter), owner(folder, hide))]
    async fn file_away(letter: Letter, folder: Folder) -> Json<[String; 2]> {
        Json([letter.writer, folder.keeper])
    }
    let world = World::new().await;
    let api = world.serve(Router::new().route("/{writer}/{keeper}", get(file_away))).await;
    let alice = || world.token();
    assert_eq!(
        api.get_path("/alice/alice", alice().build()).await.body,
        json!(["alice", "alice"]).to_string()
    );
    let hidden = api.whole("/alice/bob", alice()).await;
    assert_eq!((hidden.0, &hidden), (404, &api.whole("/alice/nobody", alice()).await));
    // The letter denies before the folder is asked for.
    let denied = api.whole("/bob/bob", alice()).await;
    assert_eq!((denied.0, &denied), (403, &api.whole("/bob/nobody", alice()).await));
}
