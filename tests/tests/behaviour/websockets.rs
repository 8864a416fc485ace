//! WebSockets behind the layer: who may open one, with a token in the header or among the protocols, and until when.

use std::time::Duration;

use axum::Router;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use axum::routing::any;
use oauth2_guard::layer::GuardLayer;
use oauth2_guard::{Clock, Guard, OAuth2Claims, policy, requires};
use oauth2_guard_tests::sockets::{Handshake, Socket};
use oauth2_guard_tests::{Answer, Api, World};

async fn echo(mut socket: WebSocket) {
    while let Some(Ok(Message::Text(text))) = socket.recv().await {
        if socket.send(Message::Text(text)).await.is_err() {
            return;
        }
    }
}

#[requires]
async fn guarded(upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(echo)
}

#[requires(scopes = "chat")]
async fn chat(upgrade: WebSocketUpgrade) -> Response {
    upgrade.protocols(["chat.v2"]).on_upgrade(echo)
}

#[policy(roles = "operator")]
struct Operator;

async fn operators(_: Guard<Operator>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.protocols(["bearer"]).on_upgrade(echo)
}

async fn open(upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(echo)
}

/// Echoes until the token ends.
#[requires]
async fn until_expired(claims: OAuth2Claims, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async move |mut socket| {
        let expired = claims.expired();
        tokio::pin!(expired);
        loop {
            tokio::select! {
                () = &mut expired => {
                    let frame = CloseFrame { code: close_code::POLICY, reason: "the token expired".into() };
                    drop(socket.send(Message::Close(Some(frame))).await);
                    while let Some(Ok(_)) = socket.recv().await {}
                    return;
                }
                message = socket.recv() => match message {
                    Some(Ok(message)) => drop(socket.send(message).await),
                    _ => return,
                }
            }
        }
    })
}

fn routes() -> Router {
    Router::new()
        .route("/", any(guarded))
        .route("/chat", any(chat))
        .route("/operators", any(operators))
        .route("/open", any(open))
        .route("/until_expired", any(until_expired))
}

async fn serve(world: &World, layer: impl FnOnce(GuardLayer) -> GuardLayer) -> Api {
    Api::serve(routes().layer(layer(world.server().await.layer()))).await
}

fn with_protocol(layer: GuardLayer) -> GuardLayer {
    layer.websocket_protocol("bearer").expect("a protocol")
}

/// Over HTTP/1.1 and HTTP/2.
async fn both(handshake: &Handshake) -> [Result<Socket, Answer>; 2] {
    [handshake.clone().open().await, handshake.clone().open_over_http_2().await]
}

async fn opens(handshake: Handshake, protocol: Option<&str>) {
    for socket in both(&handshake).await {
        let mut socket = socket.unwrap_or_else(|answer| panic!("{handshake:?}: {answer:?}"));
        assert_eq!(socket.protocol.as_deref(), protocol, "{handshake:?}");
        socket.say("hello").await;
        assert_eq!(socket.hear().await, "hello");
    }
}

async fn is_refused(handshake: Handshake, status: u16, error: Option<&str>) {
    for socket in both(&handshake).await {
        let answer = socket.expect_err("a refusal");
        assert_eq!((answer.status, answer.error()), (status, error), "{handshake:?}");
        assert!(answer.challenge.is_some());
        assert_eq!(answer.content_type.as_deref(), Some("application/problem+json"));
    }
}

#[tokio::test]
async fn a_handshake_with_a_good_token_in_the_header_opens_and_another_gets_the_plain_answer() {
    let world = World::new().await;
    let api = serve(&world, |layer| layer).await;
    for path in ["/", "/open"] {
        opens(api.handshake(path).bearer(&world.token().build()), None).await;
        is_refused(api.handshake(path), 401, None).await;
        let expired = world.token().expired().build();
        is_refused(api.handshake(path).bearer(&expired), 401, Some("invalid_token")).await;
        is_refused(api.handshake(path).bearer("a b"), 400, Some("invalid_request")).await;
    }
}

#[tokio::test]
async fn guards_decide_about_handshakes_as_about_any_request() {
    let world = World::new().await;
    let api = serve(&world, |layer| layer).await;
    let handshake = |path: &str, token: String| api.handshake(path).bearer(&token);
    opens(handshake("/chat", world.token().scopes("chat").build()), None).await;
    is_refused(handshake("/chat", world.token().build()), 403, Some("insufficient_scope")).await;
    opens(handshake("/operators", world.token().roles(["operator"]).build()), None).await;
    is_refused(handshake("/operators", world.token().build()), 403, Some("insufficient_scope")).await;
}

#[tokio::test]
async fn a_guard_behind_a_layer_that_lets_pass_is_asked_too() {
    let world = World::new().await;
    let api = serve(&world, GuardLayer::allow_anonymous).await;
    opens(api.handshake("/open"), None).await;
    is_refused(api.handshake("/"), 401, None).await;
    is_refused(api.handshake("/chat"), 401, None).await;
    let safe = [Method::GET, Method::CONNECT];
    let api = serve(&world, |layer| layer.safe_methods(safe)).await;
    is_refused(api.handshake("/open"), 401, None).await;
    opens(api.handshake("/open").bearer(&world.token().build()), None).await;
}

#[tokio::test]
async fn a_page_sends_its_token_among_the_protocols_and_the_marker_is_selected() {
    let world = World::new().await;
    let api = serve(&world, with_protocol).await;
    let good = world.token().scopes("chat").roles(["operator"]).build();
    let offer = |path: &str, protocols: &[&str]| api.handshake(path).protocols(protocols);
    opens(offer("/", &["bearer", &good]), Some("bearer")).await;
    opens(offer("/", &["other", "bearer", &good]), Some("bearer")).await;
    opens(offer("/operators", &["bearer", &good]), Some("bearer")).await;
    // What the handler selects is what counts.
    opens(offer("/chat", &["bearer", &good, "chat.v2"]), Some("chat.v2")).await;
    opens(offer("/chat", &["chat.v2", "bearer", &good]), Some("chat.v2")).await;
    opens(offer("/chat", &["bearer", &good, "chat.v1"]), Some("bearer")).await;
    // Nothing is selected that was not offered.
    opens(api.handshake("/").bearer(&good), None).await;
}

#[tokio::test]
async fn a_token_among_the_protocols_is_held_to_the_same() {
    let world = World::new().await;
    let api = serve(&world, with_protocol).await;
    let good = world.token().build();
    let expired = world.token().expired().build();
    let offer = |path: &str, protocols: &[&str]| api.handshake(path).protocols(protocols);
    is_refused(offer("/", &["bearer", &expired]), 401, Some("invalid_token")).await;
    is_refused(offer("/chat", &["bearer", &good]), 403, Some("insufficient_scope")).await;
    is_refused(offer("/", &["bearer"]), 400, Some("invalid_request")).await;
    is_refused(offer("/", &["bearer", "a b"]), 400, Some("invalid_request")).await;
    is_refused(offer("/", &["bearer", &good, "bearer", &good]), 400, Some("invalid_request")).await;
    is_refused(offer("/", &["Bearer", &good]), 401, None).await;
    is_refused(offer("/", &[&good]), 401, None).await;
    opens(offer("/", &["bearer", &good]), Some("bearer")).await;
}

#[tokio::test]
async fn a_token_among_the_protocols_of_what_is_no_handshake_is_none() {
    let world = World::new().await;
    let api = serve(&world, with_protocol).await;
    let mut headers = HeaderMap::new();
    let offered = format!("bearer, {}", world.token().build());
    headers.insert("sec-websocket-protocol", offered.parse().unwrap());
    assert_eq!(api.send(Method::GET, "/", headers.clone(), "").await.status, 401);
    headers.insert("upgrade", "websocket".parse().unwrap());
    assert_eq!(api.send(Method::GET, "/", headers, "").await.status, 401);
}

#[tokio::test]
async fn a_socket_is_closed_when_its_token_ends() {
    let world = World::new().await;
    let api = serve(&world, |layer| layer).await;
    let token = world.token().expires_in(Duration::from_secs(600)).build();
    let handshake = api.handshake("/until_expired").bearer(&token);
    let sockets = both(&handshake).await;
    // The leeway is the token's too.
    world.clock.advance(Duration::from_secs(659));
    let mut sockets = sockets.map(|socket| socket.expect("a socket"));
    for socket in &mut sockets {
        socket.say("still here").await;
        assert_eq!(socket.hear().await, "still here");
    }
    world.clock.advance(Duration::from_secs(2));
    for mut socket in sockets {
        assert_eq!(socket.closed().await, (1008, "the token expired".to_owned()));
    }
}

#[tokio::test]
async fn a_token_ends_when_it_is_not_accepted_any_more() {
    let world = World::new().await;
    let server = world.server().await;
    let token = world.token().build();
    let claims = server.verify(&token).await.expect("claims");
    let end = claims.expires_at() + Duration::from_secs(60);

    let expired = tokio::spawn(claims.expired());
    world.clock.set(end - Duration::from_millis(1));
    assert!(server.verify(&token).await.is_ok());
    tokio::task::yield_now().await;
    assert!(!expired.is_finished());
    world.clock.set(end);
    assert!(server.verify(&token).await.is_err());
    expired.await.expect("an end");
    // It stays ended.
    claims.expired().await;
}

#[tokio::test(start_paused = true)]
async fn by_the_clock_of_the_system_a_token_ends_by_itself() {
    let key = std::sync::Arc::new(oauth2_guard::testing::SigningKey::generate(
        oauth2_guard::Algorithm::ES256,
        "key",
    ));
    let jwks = serde_json::json!({ "keys": [key.jwk()] }).to_string();
    /// The clock of a runtime that is paused.
    #[derive(Debug)]
    struct Paused(tokio::time::Instant);
    impl Clock for Paused {
        fn now(&self) -> std::time::SystemTime {
            std::time::UNIX_EPOCH + Duration::from_secs(1_000_000_000) + self.0.elapsed()
        }
        fn instant(&self) -> std::time::Instant {
            tokio::time::Instant::now().into_std()
        }
    }
    let clock = Paused(tokio::time::Instant::now());
    let issued = clock.now();
    let provider = oauth2_guard::Provider::with_jwks("https://issuer.example", jwks).audience("api");
    let server = oauth2_guard::ResourceServer::builder()
        .clock(clock)
        .provider(provider)
        .build()
        .await
        .expect("a server");
    let token = oauth2_guard::testing::TokenBuilder::new("https://issuer.example", "api", key)
        .issued_at(issued)
        .expires_in(Duration::from_secs(600));
    let claims = server.verify(&token.build()).await.expect("claims");
    let begun = tokio::time::Instant::now();
    claims.expired().await;
    assert_eq!(begun.elapsed().as_secs(), 660);
}
