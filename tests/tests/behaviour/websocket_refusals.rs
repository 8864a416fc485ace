//! Refused WebSockets that are opened and closed with 1008, so that a page can see why.

use std::time::Duration;

use axum::Router;
use axum::extract::Path;
use axum::extract::ws::WebSocketUpgrade;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use oauth2_guard::layer::GuardLayer;
use oauth2_guard::{ResourceServerBuilder, check, requires};
use oauth2_guard_tests::capture::Log;
use oauth2_guard_tests::sockets::Handshake;
use oauth2_guard_tests::{Api, World};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;

#[requires]
async fn guarded(upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async |mut socket| drop(socket.send("hello".into()).await))
}

#[requires(scopes = "chat")]
async fn chat(upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async |mut socket| drop(socket.send("hello".into()).await))
}

#[requires(acr = "gold")]
async fn gold(upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async |mut socket| drop(socket.send("hello".into()).await))
}

#[requires(owner(user, hide))]
async fn owned(user: Path<String>, upgrade: WebSocketUpgrade) -> Response {
    drop(user);
    upgrade.on_upgrade(async |mut socket| drop(socket.send("hello".into()).await))
}

struct Teapot;

impl IntoResponse for Teapot {
    fn into_response(self) -> Response {
        StatusCode::IM_A_TEAPOT.into_response()
    }
}

#[check]
async fn brews() -> Result<bool, Teapot> {
    Err(Teapot)
}

#[requires(check = brews)]
async fn tea(upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async |_| ())
}

#[check]
async fn breaks() -> bool {
    panic!("broken")
}

#[requires(check = breaks)]
async fn broken(upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async |_| ())
}

async fn forbidden() -> StatusCode {
    StatusCode::FORBIDDEN
}

fn routes() -> Router {
    Router::new()
        .route("/", any(guarded))
        .route("/chat", any(chat))
        .route("/gold", any(gold))
        .route("/of/{user}", any(owned))
        .route("/tea", any(tea))
        .route("/broken", any(broken))
        .route("/forbidden", any(forbidden))
}

fn closing(layer: GuardLayer) -> GuardLayer {
    layer.websocket_protocol("bearer").expect("a protocol").close_refused_websockets()
}

async fn serve(world: &World, layer: impl FnOnce(GuardLayer) -> GuardLayer) -> Api {
    serve_with(world, |builder| builder, layer).await
}

async fn serve_with(
    world: &World,
    settings: impl FnOnce(ResourceServerBuilder) -> ResourceServerBuilder,
    layer: impl FnOnce(GuardLayer) -> GuardLayer,
) -> Api {
    let server = world.server_with(settings, |provider| provider).await;
    Api::serve(routes().layer(layer(server.layer()))).await
}

/// Over HTTP/1.1 and HTTP/2.
async fn is_closed(handshake: Handshake, reason: &str, protocol: Option<&str>) {
    for (socket, opened) in
        [(handshake.clone().open().await, 101), (handshake.clone().open_over_http_2().await, 200)]
    {
        let mut socket = socket.unwrap_or_else(|answer| panic!("{handshake:?}: {answer:?}"));
        assert_eq!(socket.status, opened);
        assert_eq!(socket.protocol.as_deref(), protocol, "{handshake:?}");
        assert_eq!(socket.closed().await, (1008, reason.to_owned()), "{handshake:?}");
    }
}

async fn opens(handshake: Handshake) {
    for socket in [handshake.clone().open().await, handshake.clone().open_over_http_2().await] {
        assert_eq!(socket.unwrap_or_else(|answer| panic!("{handshake:?}: {answer:?}")).hear().await, "hello");
    }
}

async fn is_plain(handshake: Handshake, status: u16) {
    for socket in [handshake.clone().open().await, handshake.clone().open_over_http_2().await] {
        assert_eq!(socket.expect_err("a plain answer").status, status, "{handshake:?}");
    }
}

#[tokio::test]
async fn by_default_the_answer_is_plain() {
    let world = World::new().await;
    let api = serve(&world, |layer| layer.websocket_protocol("bearer").expect("a protocol")).await;
    is_plain(api.handshake("/"), 401).await;
    is_plain(api.handshake("/").protocols(&["bearer", "x"]), 401).await;
    is_plain(api.handshake("/chat").bearer(&world.token().build()), 403).await;
    opens(api.handshake("/").bearer(&world.token().build())).await;
}

#[tokio::test]
async fn by_opt_in_a_page_sees_why_the_layer_refuses() {
    let world = World::new().await;
    let api = serve(&world, closing).await;
    let expired = world.token().expired().build();
    let good = world.token().build();
    is_closed(api.handshake("/"), "no_credentials", None).await;
    is_closed(api.handshake("/").bearer(&expired), "invalid_token", None).await;
    is_closed(api.handshake("/").bearer("a b"), "invalid_request", None).await;
    is_closed(api.handshake("/").protocols(&["bearer", &expired]), "invalid_token", Some("bearer")).await;
    is_closed(api.handshake("/").protocols(&["bearer"]), "invalid_request", Some("bearer")).await;
    is_closed(api.handshake("/nowhere"), "no_credentials", None).await;
    is_closed(
        api.handshake("/").protocols(&["bearer", &good]).bearer(&good),
        "invalid_request",
        Some("bearer"),
    )
    .await;
    opens(api.handshake("/").bearer(&good)).await;
    opens(api.handshake("/").protocols(&["bearer", &good])).await;
}

#[tokio::test]
async fn by_opt_in_a_page_sees_why_a_guard_refuses() {
    let world = World::new().await;
    let api = serve(&world, closing).await;
    let good = || world.token().subject("ann");
    let handshake = |path: &str, token: String| api.handshake(path).bearer(&token);
    is_closed(handshake("/chat", good().build()), "insufficient_scope", None).await;
    opens(handshake("/chat", good().scopes("chat").build())).await;
    is_closed(handshake("/gold", good().build()), "insufficient_user_authentication", None).await;
    opens(handshake("/gold", good().claim("acr", "gold").build())).await;
    is_closed(handshake("/of/bob", good().build()), "not_found", None).await;
    opens(handshake("/of/ann", good().build())).await;
    is_closed(handshake("/broken", good().build()), "server_error", None).await;
    let anonymous = serve(&world, |layer| closing(layer).allow_anonymous()).await;
    is_closed(anonymous.handshake("/chat"), "no_credentials", None).await;
}

#[tokio::test]
async fn an_outage_is_no_bad_token() {
    let world = World::new().await;
    let api = serve(&world, closing).await;
    world.issuer.set_down(true);
    world.clock.advance(Duration::from_secs(2 * 60 * 60));
    is_closed(api.handshake("/").bearer(&world.token().build()), "temporarily_unavailable", None).await;
    world.issuer.set_down(false);
}

#[tokio::test]
async fn what_had_to_wait_for_keys_is_closed_too() {
    let world = World::new().await;
    let api = serve(&world, closing).await;
    let unknown = world.token().header("kid", "unknown").build();
    is_closed(api.handshake("/").bearer(&unknown), "invalid_token", None).await;
    world.issuer.set_down(true);
    world.clock.advance(Duration::from_secs(40));
    let other = world.token().header("kid", "other").build();
    is_closed(api.handshake("/").bearer(&other), "temporarily_unavailable", None).await;
}

#[tokio::test]
async fn nothing_that_is_offered_is_sent_back_save_the_marker() {
    let world = World::new().await;
    let api = serve(&world, closing).await;
    let expired = world.token().expired().build();
    let bearer = Some("bearer");
    is_closed(api.handshake("/").protocols(&["bearer", &expired]), "invalid_token", bearer).await;
    is_closed(api.handshake("/").protocols(&["chat", "bearer", &expired]), "invalid_token", bearer).await;
    // A browser takes no socket that selects none of what it offered.
    is_plain(api.handshake("/").protocols(&[&expired]), 401).await;
    is_plain(api.handshake("/").protocols(&["chat"]), 401).await;
    let without = serve(&world, GuardLayer::close_refused_websockets).await;
    is_plain(without.handshake("/").protocols(&["bearer", &expired]), 401).await;
    is_closed(without.handshake("/"), "no_credentials", None).await;
}

#[tokio::test]
async fn what_is_no_whole_handshake_gets_the_plain_answer() {
    let world = World::new().await;
    let api = serve(&world, closing).await;
    let handshake = [
        ("upgrade", "websocket"),
        ("connection", "upgrade"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ];
    let whole: HeaderMap =
        handshake.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
    assert_eq!(api.send(Method::GET, "/", whole.clone(), "").await.status, 101);
    for (name, _) in handshake {
        let mut headers = whole.clone();
        headers.remove(name);
        assert_eq!(api.send(Method::GET, "/", headers, "").await.status, 401, "without {name}");
    }
    for (name, value) in [
        ("upgrade", "h2c"),
        ("connection", "keep-alive"),
        ("sec-websocket-version", "8"),
        ("sec-websocket-key", "short"),
    ] {
        let mut headers = whole.clone();
        headers.insert(name, value.parse().unwrap());
        assert_eq!(api.send(Method::GET, "/", headers, "").await.status, 401, "{name}: {value}");
    }
    for method in [Method::POST, Method::PUT, Method::OPTIONS] {
        assert_eq!(api.send(method, "/", whole.clone(), "").await.status, 401);
    }
    assert_eq!(api.send(Method::GET, "/", HeaderMap::new(), "").await.status, 401);
}

#[tokio::test]
async fn answers_of_the_application_stay_as_they_are() {
    let world = World::new().await;
    let api = serve(&world, closing).await;
    let good = world.token().build();
    is_plain(api.handshake("/forbidden").bearer(&good), 403).await;
    is_plain(api.handshake("/nowhere").bearer(&good), 404).await;
    is_plain(api.handshake("/tea").bearer(&good), 418).await;
}

#[tokio::test]
async fn an_answer_that_was_replaced_is_a_refusal_all_the_same() {
    let world = World::new().await;
    let replace = |builder: ResourceServerBuilder| builder.on_rejection(|_, _| "fine".into_response());
    let api = serve_with(&world, replace, closing).await;
    is_closed(api.handshake("/"), "no_credentials", None).await;
    is_closed(api.handshake("/chat").bearer(&world.token().build()), "insufficient_scope", None).await;
    assert_eq!(api.send(Method::GET, "/", HeaderMap::new(), "").await.body, "fine");
}

#[tokio::test]
async fn the_log_has_the_status_that_it_stands_for() {
    let log = Log::capture();
    let world = World::new().await;
    let api = serve(&world, closing).await;
    let lines = || -> Vec<String> {
        let text = log.text();
        let lines = text.lines().filter_map(|line| line.split_once("oauth2_guard::websocket: "));
        lines.map(|(_, fields)| fields.to_owned()).collect()
    };
    opens(api.handshake("/").bearer(&world.token().build())).await;
    assert!(lines().is_empty());
    is_closed(api.handshake("/"), "no_credentials", None).await;
    is_closed(api.handshake("/chat").bearer(&world.token().build()), "insufficient_scope", None).await;
    let text = "a refused WebSocket is opened and closed";
    let of = |status: u16, reason: &str| format!("{text} status={status} reason=\"{reason}\"");
    let (first, second) = (of(401, "no_credentials"), of(403, "insufficient_scope"));
    assert_eq!(lines(), [first.clone(), first, second.clone(), second]);
}

#[tokio::test]
async fn what_a_peer_says_is_not_looked_at() {
    let world = World::new().await;
    let api = serve(&world, closing).await;
    for socket in [api.handshake("/").open().await, api.handshake("/").open_over_http_2().await] {
        let mut socket = socket.expect("a socket");
        for _ in 0..10 {
            socket.say(&"x".repeat(1000)).await;
        }
        assert_eq!(socket.closed().await, (1008, "no_credentials".to_owned()));
    }
}

/// A peer that has read the answer and the close, and says nothing more.
async fn silent(api: &Api) -> (String, TcpStream) {
    let mut stream = TcpStream::connect(api.address()).await.expect("a connection");
    let handshake = "GET / HTTP/1.1\r\nHost: api\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
        Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    stream.write_all(handshake.as_bytes()).await.expect("a connection that is read");
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"no_credentials") && !bytes.ends_with(b"}") {
        assert!(stream.read_buf(&mut bytes).await.expect("an answer") > 0, "it ended early");
    }
    (String::from_utf8_lossy(&bytes).into_owned(), stream)
}

#[tokio::test]
async fn a_peer_that_does_not_answer_the_close_is_waited_for_two_seconds() {
    let world = World::new().await;
    let api = serve(&world, closing).await;
    let begun = Instant::now();
    let (answer, mut stream) = silent(&api).await;
    assert!(answer.starts_with("HTTP/1.1 101 "), "{answer}");
    let mut rest = Vec::new();
    // How it ends is the system's business.
    let _ = stream.read_to_end(&mut rest).await;
    assert!(rest.is_empty() && begun.elapsed() >= Duration::from_secs(2));
}

#[tokio::test]
async fn no_more_than_256_are_closed_at_once() {
    let world = World::new().await;
    let api = serve(&world, closing).await;
    // Where the machine is slow, the first have ended before the last begin.
    for _ in 0..20 {
        let begun = Instant::now();
        let mut held = Vec::new();
        for _ in 0..256 {
            let (answer, stream) = silent(&api).await;
            held.push((answer.starts_with("HTTP/1.1 101 "), stream));
        }
        let (answer, _stream) = silent(&api).await;
        if begun.elapsed() < Duration::from_secs(2) {
            assert!(held.iter().all(|(is_open, _)| *is_open));
            assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
            // A good token needs none of them.
            opens(api.handshake("/").bearer(&world.token().build())).await;
            for (_, mut stream) in held {
                let _ = stream.read_to_end(&mut Vec::new()).await;
            }
            // When they have ended there is room again.
            is_closed(api.handshake("/"), "no_credentials", None).await;
            return;
        }
    }
    panic!("256 handshakes take longer than two seconds");
}
