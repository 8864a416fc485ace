//! Every answer that turns a request away, to the last byte on the wire: as in the files beside this one.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod kinds;

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;
use std::{env, fs};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::routing::get;
use futures_util::FutureExt;
use kinds::{Base, Broken, Refusal, every_kind, routes};
use oauth2_guard::layer::GuardLayer;
use oauth2_guard::{ResourceServerBuilder, requires};
use oauth2_guard_tests::{Api, World, bearer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tower::ServiceExt;

const RESOURCE: &str = "https://api.example.com/it's/a~b";
const ODD_REALM: &str = "o'rders, a=b; {~}!";

#[requires]
async fn unlayered() -> &'static str {
    "in"
}

/// Status line, headers and body of the answer to a `GET`, all of them save the date.
async fn wire(api: &Api, Refusal { path, headers, .. }: &Refusal) -> String {
    let mut request =
        format!("GET {path} HTTP/1.1\r\nhost: api.example.com\r\nconnection: close\r\n").into_bytes();
    for (name, value) in headers {
        request.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
    }
    request.extend(b"\r\n");
    let mut connection = TcpStream::connect(api.address()).await.unwrap();
    connection.write_all(&request).await.unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    answer.lines().filter(|line| !line.starts_with("date: ")).fold(String::new(), |mut text, line| {
        writeln!(text, "{}", line.trim_end()).unwrap();
        text
    })
}

/// One section for all that are answered alike.
async fn answers(
    settings: impl Fn(ResourceServerBuilder) -> ResourceServerBuilder,
    layer: impl Fn(GuardLayer) -> GuardLayer,
) -> String {
    let world = World::new().await;
    let revocations = Broken::default();
    let settings = |builder: ResourceServerBuilder| {
        settings(builder).revocations(revocations.clone()).check_deadline(Duration::from_millis(1))
    };
    let server = world.server_with(settings, |provider| provider).await;
    let api = Api::serve(
        routes().layer(layer(server.layer().allowed_origins(["https://app.example.com"]).unwrap())),
    )
    .await;
    api.accepts("/", &world.token().scopes("api")).await;
    let bare = Api::serve(Router::new().route("/", get(unlayered))).await;
    let mut answers: Vec<(String, Vec<&str>)> = Vec::new();
    for refusal in every_kind(&world) {
        refusal.come_about(&world, &revocations);
        let answer = wire(if refusal.is_unlayered { &bare } else { &api }, &refusal).await;
        match answers.iter_mut().find(|(other, _)| *other == answer) {
            Some((_, names)) => names.push(refusal.name),
            None => answers.push((answer, vec![refusal.name])),
        }
    }
    answers.into_iter().map(|(answer, names)| format!("## {}\n\n{answer}\n", names.join("; "))).collect()
}

/// `REFUSALS=accept` writes the file, for a change that is meant.
fn assert_is_as_in(name: &str, answers: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/refusals").join(name);
    if env::var_os("REFUSALS").is_some_and(|value| value == "accept") {
        fs::write(&path, answers).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap();
    for (expected, answer) in expected.split("## ").zip(answers.split("## ")) {
        assert_eq!(answer, expected, "{name}");
    }
    assert_eq!(answers, expected, "{name}");
}

#[tokio::test]
async fn terse_answers_are_these() {
    assert_is_as_in("terse.txt", &answers(|builder| builder, |layer| layer).await);
}

#[tokio::test]
async fn verbose_answers_are_these() {
    assert_is_as_in("verbose.txt", &answers(ResourceServerBuilder::verbose, |layer| layer).await);
}

#[tokio::test]
async fn answers_of_a_resource_with_another_realm_are_these() {
    let settings = |builder: ResourceServerBuilder| builder.resource(RESOURCE).realm(ODD_REALM);
    assert_is_as_in("resource.txt", &answers(settings, GuardLayer::require::<Base>).await);
}

#[tokio::test]
async fn verbose_answers_of_a_resource_are_these() {
    let settings = |builder: ResourceServerBuilder| builder.resource(RESOURCE).verbose();
    assert_is_as_in("verbose_resource.txt", &answers(settings, GuardLayer::require::<Base>).await);
}

/// What replaces an answer finds one that is whole, and may put another body into it.
#[tokio::test]
async fn an_answer_may_be_given_another_body() {
    let world = World::new().await;
    let longer = |_: &_, answer: axum::response::Response| {
        let (parts, _) = answer.into_parts();
        assert!(!parts.headers.contains_key("content-length"));
        axum::response::Response::from_parts(
            parts,
            "something that is longer than what was there ".repeat(9).into(),
        )
    };
    let api = world.serve_with(routes(), |builder| builder.on_rejection(longer)).await;
    for _ in 0..2 {
        let answer = api.get_with(&[]).await;
        assert_eq!((answer.status, answer.body.len()), (StatusCode::UNAUTHORIZED.as_u16(), 45 * 9));
    }
}

/// A flood of them finds the keys as new as they may be, or out of reach, and nobody in it waits.
#[tokio::test]
async fn a_key_that_nobody_has_is_refused_at_once_while_no_fetch_is_due() {
    let world = World::new().await;
    let app = routes().layer(world.server().await.layer());
    let token = bearer(&world.token().header("kid", "unknown").build());
    let call = || {
        let mut request = Request::get("/").body(Body::empty()).unwrap();
        request.headers_mut().extend(token.clone());
        app.clone().oneshot(request)
    };
    let at_once = || call().now_or_never().map(|answer| answer.unwrap().status().as_u16());
    let later = async || call().await.unwrap().status().as_u16();

    // Within the cool-down of the fetch at the start.
    assert_eq!(at_once(), Some(401));
    world.clock.advance(Duration::from_secs(31));
    let fetches = world.issuer.jwks_requests();
    assert_eq!(at_once(), None);
    assert_eq!(later().await, 401);
    assert_eq!(at_once(), Some(401));
    assert_eq!(world.issuer.jwks_requests(), fetches + 1);

    world.issuer.set_down(true);
    world.clock.advance(Duration::from_secs(31));
    assert_eq!(later().await, 503);
    let answer = call().now_or_never().unwrap().unwrap();
    assert_eq!((answer.status().as_u16(), &answer.headers()["retry-after"]), (503, &"30".parse().unwrap()));
    world.issuer.set_down(false);
    world.clock.advance(Duration::from_secs(31));
    assert_eq!(later().await, 401);
    assert_eq!(at_once(), Some(401));
}
