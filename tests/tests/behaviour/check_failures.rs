//! A check without an answer: it never lets a request pass, and never takes the server down.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, Query, State};
use axum::http::header::{CACHE_CONTROL, LOCATION};
use axum::http::{HeaderMap, HeaderValue, Request, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Json, Router};
use oauth2_guard::check::AskOne;
use oauth2_guard::policy::Rule;
use oauth2_guard::testing::TokenBuilder;
use oauth2_guard::{Claims, Guard, HasOwner, Policy, check, requires};
use oauth2_guard_tests::capture::Log;
use oauth2_guard_tests::{Answer, Api, World, bearer};
use reqwest::Method;
use serde::Deserialize;
use serde_json::Value;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::Notify;

#[check]
async fn fails() -> Result<bool, (StatusCode, Json<&'static str>)> {
    Err((StatusCode::BAD_GATEWAY, Json("the relationship service is away")))
}

#[check]
async fn answers_yes() -> bool {
    true
}

#[check]
async fn answers_no() -> bool {
    false
}

/// An error that says `status`.
#[check]
async fn fails_with(Path(status): Path<u16>) -> Result<bool, StatusCode> {
    Err(StatusCode::from_u16(status).unwrap())
}

#[check]
async fn panics(claims: Claims) -> bool {
    // Not before the first `await`.
    tokio::task::yield_now().await;
    panic!("of {:?}", claims.0.sub)
}

#[check]
async fn never_ends() -> bool {
    pending().await
}

#[derive(Deserialize)]
struct Team {
    #[expect(dead_code, reason = "that it is there is what is tested")]
    team: u32,
}

#[check]
async fn takes_team(_: Query<Team>) -> bool {
    true
}

#[requires(check = fails)]
async fn alone() {}

#[requires(not(check = fails))]
async fn negated() {}

#[requires(any(check = fails, roles = "admin"))]
async fn or_admin() {}

#[requires(any(check = fails, check = answers_yes))]
async fn or_yes() {}

#[requires(any(check = fails, check = answers_no))]
async fn or_no() {}

#[requires(check = fails, check = answers_no)]
async fn and_no() {}

#[requires(check = answers_no, check = fails)]
async fn no_first() {}

#[requires(any(check = fails, check = answers_yes), check = answers_no)]
async fn overruled() {}

#[requires(any(check = fails, all(roles = "admin", check = answers_no)))]
async fn or_admin_no() {}

/// The attribute takes nothing that would always hold.
struct EitherWay;

impl Policy for EitherWay {
    type Checks = AskOne<fails>;
    const RULE: Rule = Rule::Any(&[Rule::check::<fails>(), Rule::Not(&Rule::check::<fails>())]);
}

async fn either_way(_: Guard<EitherWay>) {}

#[requires(check = panics)]
async fn panicking() {}

#[requires(not(check = panics))]
async fn not_panicking() {}

#[requires(any(check = panics, roles = "admin"))]
async fn panicking_or_admin() {}

#[requires(check = never_ends)]
async fn never() {}

#[requires(not(check = never_ends))]
async fn not_never() {}

#[requires(any(check = never_ends, check = answers_yes))]
async fn never_or_yes() {}

#[requires(check = takes_team)]
async fn team() {}

#[requires(not(check = takes_team))]
async fn not_team() {}

#[requires(check = fails_with)]
async fn with_status() {}

fn routes() -> Router {
    Router::new()
        .route("/alone", get(alone))
        .route("/not", get(negated))
        .route("/or_admin", get(or_admin))
        .route("/or_yes", get(or_yes))
        .route("/or_no", get(or_no))
        .route("/and_no", get(and_no))
        .route("/no_first", get(no_first))
        .route("/overruled", get(overruled))
        .route("/or_admin_no", get(or_admin_no))
        .route("/either_way", get(either_way))
        .route("/panics", get(panicking))
        .route("/not_panics", get(not_panicking))
        .route("/panics_or_admin", get(panicking_or_admin))
        .route("/never", get(never))
        .route("/not_never", get(not_never))
        .route("/never_or_yes", get(never_or_yes))
        .route("/team", get(team))
        .route("/not_team", get(not_team))
        .route("/status/{status}", get(with_status))
}

/// No check of these tests needs as long as that, save one that never ends.
async fn serve(world: &World) -> Api {
    world.serve_with(routes(), |builder| builder.check_deadline(Duration::from_secs(1))).await
}

fn detail(answer: &Answer) -> String {
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    body["detail"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn its_own_response_is_sent_where_nothing_else_decides() {
    let world = World::new().await;
    let api = serve(&world).await;
    let admin = || world.token().roles(["admin"]);
    for (path, token, status) in [
        ("/alone", world.token(), 502),
        // It is neither yes nor no.
        ("/not", world.token(), 502),
        ("/either_way", world.token(), 502),
        ("/or_admin", admin(), 200),
        ("/or_admin", world.token(), 502),
        ("/or_yes", world.token(), 200),
        ("/or_no", world.token(), 502),
        // Whatever it had said, the other one denies.
        ("/no_first", world.token(), 403),
        ("/overruled", world.token(), 403),
        ("/or_admin_no", world.token(), 502),
        ("/or_admin_no", admin(), 502),
    ] {
        let answer = api.get_path(path, token.build()).await;
        assert_eq!(answer.status, status, "{path} {answer:?}");
        if status == 502 {
            assert_eq!(answer.body, r#""the relationship service is away""#, "{path}");
            assert_eq!(answer.cache_control.as_deref(), Some("no-store"), "{path}");
            assert_eq!((answer.content_type.as_deref(), answer.challenge), (Some("application/json"), None));
        }
    }
    // What was asked before it failed for good is not asked any more: it could not have helped.
    assert_eq!(api.status("/and_no", world.token()).await, 502);
}

#[tokio::test]
async fn an_error_that_is_a_success_is_500() {
    let world = World::new().await;
    let api = serve(&world).await;
    for status in [200, 201, 204, 299, 101] {
        let answer = api.get_path(&format!("/status/{status}"), world.token().build()).await;
        assert_eq!(answer.status, 500, "{status}");
        assert_eq!(detail(&answer), "it cannot be decided at the moment whether this is permitted");
    }
    for status in [400, 403, 404, 409, 429, 500, 503] {
        let answer = api.get_path(&format!("/status/{status}"), world.token().build()).await;
        assert_eq!((answer.status, answer.body.as_str()), (status, ""));
    }
    let log = Log::capture();
    assert_eq!(api.status("/status/200", world.token()).await, 500);
    assert!(log.text().contains("a successful response, which is not sent"), "{}", log.text());
}

#[tokio::test]
async fn a_response_of_its_own_keeps_its_headers() {
    #[check]
    async fn redirects() -> Result<bool, Redirect> {
        Err(Redirect::to("/terms"))
    }
    #[check]
    async fn says_how_long() -> Result<bool, Response> {
        let mut response = StatusCode::TOO_MANY_REQUESTS.into_response();
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("private"));
        response.headers_mut().insert("x-wait", HeaderValue::from_static("7"));
        Err(response)
    }
    #[requires(check = redirects)]
    async fn terms() {}
    #[requires(check = says_how_long)]
    async fn wait() {}

    let world = World::new().await;
    let server = world.server().await;
    let app = Router::new().route("/terms", get(terms)).route("/wait", get(wait)).layer(server.layer());
    let send = async |path: &str| {
        let token = world.token().build();
        let request = Request::get(path).header("authorization", format!("Bearer {token}"));
        let request = request.body(axum::body::Body::empty()).unwrap();
        let response = tower::ServiceExt::oneshot(app.clone(), request).await.unwrap();
        let headers: HeaderMap = response.headers().clone();
        (response.status().as_u16(), headers)
    };
    let (status, headers) = send("/terms").await;
    assert_eq!(
        (status, &headers[LOCATION], &headers[CACHE_CONTROL]),
        (303, &HeaderValue::from_static("/terms"), &HeaderValue::from_static("no-store"))
    );
    let (status, headers) = send("/wait").await;
    assert_eq!(
        (status, &headers["x-wait"], &headers[CACHE_CONTROL]),
        (429, &HeaderValue::from_static("7"), &HeaderValue::from_static("private"))
    );
}

#[tokio::test]
async fn an_argument_that_cannot_be_extracted_is_a_failure() {
    let world = World::new().await;
    let api = serve(&world).await;
    assert_eq!(api.status("/team?team=7", world.token()).await, 200);
    assert_eq!(api.status("/not_team?team=7", world.token()).await, 403);
    for path in ["/team", "/not_team", "/team?team=x", "/not_team?team=x"] {
        let answer = api.get_path(path, world.token().build()).await;
        assert_eq!(answer.status, 400, "{path}");
        assert!(answer.body.starts_with("Failed to deserialize query string"), "{path} {answer:?}");
    }
}

#[tokio::test]
async fn a_panic_is_no_pass_and_the_server_goes_on_serving() {
    let world = World::new().await;
    let api = serve(&world).await;
    for (path, token, status) in [
        ("/panics", world.token(), 500),
        ("/not_panics", world.token(), 500),
        ("/panics_or_admin", world.token(), 500),
        ("/panics_or_admin", world.token().roles(["admin"]), 200),
        ("/panics", world.token(), 500),
        ("/or_yes", world.token(), 200),
    ] {
        let answer = api.get_path(path, token.build()).await;
        assert_eq!(answer.status, status, "{path}");
        assert!(!answer.body.contains("alice"), "{answer:?}");
    }
}

#[tokio::test]
async fn one_that_never_ends_is_503() {
    let world = World::new().await;
    let api = serve(&world).await;
    for path in ["/never", "/not_never"] {
        let answer = api.get_path(path, world.token().build()).await;
        assert_eq!(
            (answer.status, answer.retry_after.as_deref(), answer.challenge.as_deref()),
            (503, Some("5"), None)
        );
        assert_eq!(detail(&answer), "it cannot be decided at the moment whether this is permitted");
    }
    // Another one may decide.
    assert_eq!(api.status("/never_or_yes", world.token()).await, 200);
}

#[tokio::test]
async fn the_deadline_is_5_s_unless_configured() {
    let world = World::new().await;
    for (configured, expected) in [(None, 5_000), (Some(700), 700)] {
        let configure = |builder: oauth2_guard::ResourceServerBuilder| match configured {
            Some(milliseconds) => builder.check_deadline(Duration::from_millis(milliseconds)),
            None => builder,
        };
        let server = world.server_with(configure, |provider| provider).await;
        let request =
            Request::get("/never").header("authorization", format!("Bearer {}", world.token().build()));
        let request = request.body(axum::body::Body::empty()).unwrap();
        // Without a network there is nothing that a clock at rest could disturb.
        tokio::time::pause();
        let start = tokio::time::Instant::now();
        let response = tower::ServiceExt::oneshot(routes().layer(server.layer()), request).await.unwrap();
        let elapsed = start.elapsed().as_millis();
        tokio::time::resume();
        assert_eq!(response.status().as_u16(), 503);
        assert!((expected..expected + 5).contains(&elapsed), "{elapsed} {expected}");
    }
}

#[tokio::test]
async fn an_answer_that_comes_too_late_is_none() {
    /// The deadline passes while its thread is held, so that its answer is there before anybody can end it.
    #[check]
    async fn blocks(Path(milliseconds): Path<u64>) -> bool {
        tokio::time::advance(Duration::from_millis(milliseconds)).await;
        true
    }
    #[requires(check = blocks)]
    async fn blocked() {}

    let world = World::new().await;
    let server = world
        .server_with(|builder| builder.check_deadline(Duration::from_millis(700)), |provider| provider)
        .await;
    let app = Router::new().route("/{milliseconds}", get(blocked)).layer(server.layer());
    for (milliseconds, expected) in [(690, 200), (710, 503), (3_600_000, 503)] {
        let token = world.token().build();
        let request =
            Request::get(format!("/{milliseconds}")).header("authorization", format!("Bearer {token}"));
        let request = request.body(axum::body::Body::empty()).unwrap();
        tokio::time::pause();
        let response = tower::ServiceExt::oneshot(app.clone(), request).await.unwrap();
        tokio::time::resume();
        assert_eq!(response.status().as_u16(), expected, "{milliseconds}");
    }
}

/// Tells that a check began, and that it was dropped.
#[derive(Clone, Default)]
struct Watch {
    began: Arc<Notify>,
    dropped: Arc<Notify>,
}

struct TellsOfDrop(Arc<Notify>);

impl Drop for TellsOfDrop {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

#[check]
async fn is_watched(State(watch): State<Watch>) -> bool {
    let _tells = TellsOfDrop(watch.dropped);
    watch.began.notify_one();
    pending().await
}

#[tokio::test]
async fn it_ends_with_the_connection_of_who_asked() {
    #[requires(check = is_watched)]
    async fn watched() {}

    let world = World::new().await;
    let watch = Watch::default();
    let app = Router::new().route("/", get(watched)).with_state(watch.clone());
    // It is not the deadline that ends it.
    let api = world.serve_with(app, |builder| builder.check_deadline(Duration::from_secs(3_000))).await;
    let mut client = TcpStream::connect(api.address()).await.unwrap();
    let token = world.token().build();
    let request = format!("GET / HTTP/1.1\r\nhost: api\r\nauthorization: Bearer {token}\r\n\r\n");
    client.write_all(request.as_bytes()).await.unwrap();
    watch.began.notified().await;
    drop(client);
    let dropped = tokio::time::timeout(Duration::from_secs(60), watch.dropped.notified());
    dropped.await.expect("the check was dropped");
}

#[tokio::test]
async fn one_that_its_policy_does_not_list_is_never_asked_and_denies() {
    struct Unlisted;
    impl Policy for Unlisted {
        type Checks = AskOne<answers_no>;
        const RULE: Rule = Rule::check::<answers_yes>();
    }
    struct NotUnlisted;
    impl Policy for NotUnlisted {
        type Checks = ();
        const RULE: Rule = Rule::Not(&Rule::check::<answers_no>());
    }
    struct Listed;
    impl Policy for Listed {
        type Checks = (AskOne<answers_no>, AskOne<answers_yes>);
        const RULE: Rule =
            Rule::All(&[Rule::check::<answers_yes>(), Rule::Not(&Rule::check::<answers_no>())]);
    }
    let app = Router::new()
        .route("/unlisted", get(async |_: Guard<Unlisted>| {}))
        .route("/not_unlisted", get(async |_: Guard<NotUnlisted>| {}))
        .route("/listed", get(async |_: Guard<Listed>| {}));
    let world = World::new().await;
    let api = world.serve_with(app, |builder| builder.verbose()).await;
    for (path, name) in [("/unlisted", "answers_yes"), ("/not_unlisted", "answers_no")] {
        let answer = api.get_path(path, world.token().build()).await;
        assert_eq!(answer.status, 500, "{path}");
        let expected =
            format!("the check `{name}` gave no answer: its policy does not name it among its `Checks`");
        assert_eq!(detail(&answer), expected);
    }
    assert_eq!(api.status("/listed", world.token()).await, 200);
}

#[tokio::test]
async fn what_failed_is_in_the_log_and_in_verbose_answers_without_what_it_said() {
    let world = World::new().await;
    let settings = |builder: oauth2_guard::ResourceServerBuilder| {
        builder.verbose().check_deadline(Duration::from_secs(1))
    };
    let api = world.serve_with(routes(), settings).await;
    let log = Log::capture();
    for (path, status, text) in [
        ("/panics", 500, "the check `panics` gave no answer: it panicked"),
        ("/never", 503, "the check `never_ends` gave no answer: it took too long"),
        ("/status/204", 500, "the check `fails_with` gave no answer: it failed"),
    ] {
        let answer = api.get_path(path, world.token().build()).await;
        assert_eq!((answer.status, detail(&answer).as_str()), (status, text));
    }
    let text = log.text();
    for expected in [
        r#"a check gave no answer check="panics" why=Panicked"#,
        r#"a check gave no answer check="never_ends" why=TimedOut"#,
        r#"a check gave no answer check="fails_with" why=Error"#,
        r#"outcome="refused" reason="check_failed""#,
    ] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
    assert!(!text.contains("alice"), "{text}");
}

#[tokio::test]
async fn a_failed_check_beside_an_owner() {
    #[derive(HasOwner)]
    struct Article {
        #[owner]
        author: String,
    }
    #[oauth2_guard::loader]
    async fn article(Path(author): Path<String>) -> Article {
        Article { author }
    }
    #[requires(any(check = fails, owner(article)))]
    async fn either(article: Article) -> String {
        article.author
    }
    #[requires(any(check = panics, owner(article)))]
    async fn either_panicking(article: Article) -> String {
        article.author
    }
    let world = World::new().await;
    let app =
        Router::new().route("/fails/{author}", get(either)).route("/panics/{author}", get(either_panicking));
    let api = world.serve(app).await;
    let bob = |token: TokenBuilder| token.subject("bob");
    assert_eq!(api.get_path("/fails/alice", world.token().build()).await.body, "alice");
    assert_eq!(api.get_path("/panics/alice", world.token().build()).await.body, "alice");
    // The object is not his, and what the check would have said is not known.
    assert_eq!(api.status("/fails/alice", bob(world.token())).await, 502);
    assert_eq!(api.status("/panics/alice", bob(world.token())).await, 500);
    let nobody = api.send(Method::GET, "/fails/alice", HeaderMap::new(), "").await;
    assert_eq!(nobody.status, 401);
    assert_eq!(api.send(Method::GET, "/fails/alice", bearer("a.b.c"), "").await.status, 401);
}
