//! WebSockets, and answers that go on: who may open one, from where, with a token in what, and until when.

use std::convert::Infallible;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::extract::ws::{CloseFrame, Message, WebSocketUpgrade, close_code};
use axum::response::Response;
use axum::routing::{any, get};
use futures_util::{StreamExt, stream};
use oauth2_guard::layer::CrossSite;
use oauth2_guard::{OAuth2Claims, ResourceServer, requires};
use oauth2_guard_tests::{Counter, World};

use crate::case::{Api, B400, F403, Foreign, N401, OK, R401, Sent, Setup};
use crate::token::{Token, es256};

async fn open(State(ran): State<Counter>, upgrade: WebSocketUpgrade) -> Response {
    ran.count();
    upgrade.on_upgrade(async |_| ())
}

#[requires(scopes = "chat")]
async fn chat(State(ran): State<Counter>, upgrade: WebSocketUpgrade) -> Response {
    ran.count();
    upgrade.on_upgrade(async |_| ())
}

fn routes(ran: &Counter) -> Router {
    let page = |State(ran): State<Counter>| async move { ran.count() };
    Router::new()
        .route("/", any(open))
        .route("/chat", any(chat))
        .route("/page", any(page))
        .with_state(ran.clone())
}

const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";

async fn api(wrap: fn(Router, &ResourceServer) -> Router) -> Api {
    // What a handshake consists of is no secret.
    let setup = Setup { wrap, said: &["websocket", "Upgrade", "upgrade", KEY], ..Setup::routes(routes) };
    Setup { good: handshake().header("authorization", format!("Bearer {}", token())), ..setup }
        .build()
        .await
        .over_http()
        .await
}

fn handshake() -> Sent {
    Sent::nothing()
        .header("connection", "Upgrade, close")
        .header("upgrade", "websocket")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", KEY)
}

fn token() -> String {
    Token::of(&es256()).build()
}

fn bearer(token: impl AsRef<str>) -> Sent {
    handshake().header("authorization", format!("Bearer {}", token.as_ref()))
}

#[tokio::test]
async fn a400_a_handshake_without_a_good_token() {
    let api = api(|router, server| router.layer(server.layer())).await;
    api.send(bearer(token())).is(OK).await;
    for path in ["/", "/chat", "/page"] {
        api.send(handshake().to(path)).is(N401).await;
        api.send(bearer(Token::of(&es256()).claim("exp", 1).build()).to(path)).is(R401("expired")).await;
        api.send(bearer("canary.forged.segment").to(path)).is(R401("malformed")).await;
        api.send(bearer("a b").to(path)).is(B400("malformed_credentials")).await;
    }
    let may_chat = bearer(Token::of(&es256()).claim("scope", "chat").build()).to("/chat");
    api.send(bearer(token()).to("/chat")).unlike(may_chat).is(F403).await;
    // Nor where what is no upgrade passes.
    let lenient =
        self::api(|router, server| router.layer(server.layer().safe_methods([axum::http::Method::GET])))
            .await;
    lenient.send(Sent::nothing().to("/page")).is(OK).await;
    lenient.send(handshake()).is(N401).await;
    lenient.send(handshake().to("/page")).unlike(Sent::nothing().to("/page")).is(N401).await;
    let half = Sent::nothing().to("/page").header("upgrade", "h2c");
    lenient.send(half).unlike(Sent::nothing().to("/page")).is(N401).await;
}

#[tokio::test]
async fn a401_a_token_that_ends_while_the_socket_is_open() {
    #[requires]
    async fn echo(claims: OAuth2Claims, upgrade: WebSocketUpgrade) -> Response {
        upgrade.on_upgrade(async move |mut socket| {
            let mut expired = std::pin::pin!(claims.expired());
            loop {
                tokio::select! {
                    () = &mut expired => {
                        let frame = CloseFrame { code: close_code::POLICY, reason: "expired".into() };
                        drop(socket.send(Message::Close(Some(frame))).await);
                        while let Some(Ok(_)) = socket.recv().await {}
                        return;
                    }
                    message = socket.recv() => match message {
                        Some(Ok(message)) => drop(socket.send(message).await),
                        _ => return,
                    },
                }
            }
        })
    }
    let world = World::new().await;
    let app = Router::new().route("/", any(echo)).layer(world.server().await.layer());
    let api = oauth2_guard_tests::Api::serve(app).await;
    let handshake = |token: &str| api.handshake("/").bearer(token);
    let short = world.token().expires_in(Duration::from_secs(600)).build();
    let long = world.token().expires_in(Duration::from_secs(6000)).build();
    let mut others = handshake(&long).open().await.unwrap();
    let mut sockets =
        [handshake(&short).open().await.unwrap(), handshake(&short).open_over_http_2().await.unwrap()];
    // Up to the end, with the leeway.
    world.clock.advance(Duration::from_secs(659));
    for socket in sockets.iter_mut().chain([&mut others]) {
        socket.say("still here").await;
        assert_eq!(socket.hear().await, "still here");
    }
    world.clock.advance(Duration::from_secs(1));
    for mut socket in sockets {
        assert_eq!(socket.closed().await, (1008, "expired".to_owned()));
    }
    others.say("still here").await;
    assert_eq!(others.hear().await, "still here");
    assert_eq!(handshake(&short).open().await.unwrap_err().status, 401);
}

const FOREIGN: [&str; 10] = [
    "null",
    "https://evil",
    "https://app.test.evil",
    "https://evilapp.test",
    "https://sub.app.test",
    "https://app.test:8443",
    "https://app.test:443",
    "http://app.test",
    "https://app.test/",
    "https://app.test, https://evil",
];

#[tokio::test]
async fn a404_a_page_of_another_origin() {
    let origins = || ["https://app.test"];
    // With the credentials in what a browser sends by itself, or in what a link has.
    let cookie = api(|router, server| {
        let cross_site = CrossSite::allowed_origins(["https://app.test"]).unwrap();
        router.layer(server.layer().cookie("token", cross_site).unwrap())
    })
    .await;
    let query = api(|router, server| {
        router.layer(server.layer().insecure_query_parameter("token", ["https://app.test"]).unwrap())
    })
    .await;
    let in_cookie = handshake().header("cookie", format!("token={}", token()));
    let in_query = handshake().to(format!("/?token={}", token()));
    for (api, sent) in [(&cookie, in_cookie), (&query, in_query)] {
        let from = |origin: &str| sent.clone().header("origin", origin);
        let good = || from(origins()[0]);
        api.send(good()).is(OK).await;
        api.send(sent.clone()).unlike(good()).is(Foreign).await;
        for origin in FOREIGN {
            api.send(from(origin)).unlike(good()).is(Foreign).await;
        }
        api.send(good().header("origin", "https://evil")).unlike(good()).is(Foreign).await;
        api.send(good().header("origin", origins()[0])).unlike(good()).is(Foreign).await;
        for claimed in ["referer", "x-forwarded-host", "x-forwarded-origin", "sec-websocket-origin"] {
            let sent = from("https://evil").header(claimed, "https://app.test");
            api.send(sent).unlike(good()).is(Foreign).await;
        }
    }
    // Where something else protects the cookie, nothing does this.
    let elsewhere = api(|router, server| {
        router.layer(server.layer().cookie("token", CrossSite::protected_elsewhere()).unwrap())
    })
    .await;
    let sent =
        handshake().header("cookie", format!("token={}", token())).header("origin", "https://app.test");
    elsewhere.send(sent).is(Foreign).await;
}

#[tokio::test]
async fn a405_a_token_among_the_protocols() {
    let api = api(|router, server| router.layer(server.layer().websocket_protocol("bearer").unwrap())).await;
    let offered = |protocols: String| handshake().header("sec-websocket-protocol", protocols);
    let good = || offered(format!("bearer, {}", token()));
    api.send(good()).is(OK).await;
    // What is said of it, beside that, is looked at by every case: nothing is, in the answer and in the log.
    let text = api.text_of(&good()).await.to_ascii_lowercase();
    assert!(
        text.starts_with("http/1.1 101 ") && text.contains("\r\nsec-websocket-protocol: bearer\r\n"),
        "{text}"
    );
    api.send(offered(format!("canary-chat, bearer, {}", token()))).is(OK).await;
    api.send(offered("bearer, canary.forged.segment".to_owned())).unlike(good()).is(R401("malformed")).await;
    for (protocols, outcome) in [
        ("bearer".to_owned(), B400("malformed_credentials")),
        ("bearer, a b".to_owned(), B400("malformed_credentials")),
        (format!("bearer, {}, bearer, {}", token(), token()), B400("several_credentials")),
        (format!("Bearer, {}", token()), N401),
        (token(), N401),
        (format!("bearer.{}", token()), N401),
    ] {
        api.send(offered(protocols)).unlike(good()).is(outcome).await;
    }
    let both = good().header("authorization", format!("Bearer {}", token()));
    api.send(both).unlike(good()).is(B400("several_credentials")).await;
    // It is for handshakes.
    let page = Sent::nothing().to("/page").header("sec-websocket-protocol", format!("bearer, {}", token()));
    api.send(page).unlike(good()).is(N401).await;
    let by_default = self::api(|router, server| router.layer(server.layer())).await;
    by_default.send(good()).unlike_at(&api, good()).is(N401).await;
}

#[tokio::test]
async fn a406_a_token_in_the_query_of_what_is_no_handshake() {
    let api = api(|router, server| {
        router.layer(server.layer().insecure_query_parameter("token", ["https://app.test"]).unwrap())
    })
    .await;
    let good = || handshake().to(format!("/?token={}", token())).header("origin", "https://app.test");
    api.send(good()).is(OK).await;
    for path in ["/", "/page", "/chat", "/nowhere"] {
        for method in ["GET", "POST", "OPTIONS"] {
            let sent = Sent::nothing().method(method).to(format!("{path}?token={}", token()));
            api.send(sent.header("origin", "https://app.test")).unlike(good()).is(N401).await;
        }
    }
    // A handshake is one with all its parts.
    let parts = [
        ("connection", "Upgrade, close"),
        ("upgrade", "websocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", KEY),
    ];
    for left_out in parts {
        // The connection is closed some day all the same.
        let rest = parts.iter().map(|part| if *part == left_out { ("connection", "close") } else { *part });
        let sent = rest.fold(Sent::nothing(), |sent, (name, value)| sent.header(name, value));
        let sent = sent.to(format!("/page?token={}", token())).header("origin", "https://app.test");
        api.send(sent).unlike(good()).is(N401).await;
    }
}

#[tokio::test]
async fn a408_an_answer_that_goes_on() {
    #[requires]
    async fn export(claims: OAuth2Claims) -> Body {
        // The first part, and then for ever nothing.
        let parts =
            stream::iter([Ok::<_, Infallible>(Bytes::from_static(b"first"))]).chain(stream::pending());
        Body::from_stream(parts.take_until(claims.expired()))
    }
    let world = World::new().await;
    let app = Router::new().route("/", get(export)).layer(world.server().await.layer());
    let api = oauth2_guard_tests::Api::serve(app).await;
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
    let get = |token: String| client.get(format!("http://{}/", api.address())).bearer_auth(token).send();
    let short = world.token().expires_in(Duration::from_secs(600)).build();
    let mut cut = get(short.clone()).await.unwrap();
    assert_eq!(cut.chunk().await.unwrap().unwrap(), "first");
    world.clock.advance(Duration::from_secs(660));
    assert_eq!(cut.chunk().await.unwrap(), None);
    assert_eq!(get(short).await.unwrap().status(), 401);
    assert_eq!(get(world.token().build()).await.unwrap().status(), 200);
}
