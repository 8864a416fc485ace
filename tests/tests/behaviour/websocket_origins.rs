//! From which pages a WebSocket may be opened: CORS does not hold for them.

use axum::Router;
use axum::extract::ws::WebSocketUpgrade;
use axum::http::Method;
use axum::response::Response;
use axum::routing::any;
use oauth2_guard::layer::{CrossSite, GuardLayer};
use oauth2_guard::requires;
use oauth2_guard_tests::sockets::Handshake;
use oauth2_guard_tests::{Api, World, bearer};

const APP: &str = "https://app.example";

const FOREIGN: [&str; 11] = [
    "",
    "null",
    "https://evil.example",
    "https://app.example.evil.example",
    "https://evilapp.example",
    "https://sub.app.example",
    "https://app.example:8443",
    "https://app.example:443",
    "http://app.example",
    "https://app.example/",
    "HTTPS://APP.EXAMPLE",
];

#[requires]
async fn guarded(upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async |_| ())
}

async fn open(upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async |_| ())
}

async fn plain() -> &'static str {
    "plain"
}

async fn serve(world: &World, layer: impl FnOnce(GuardLayer) -> GuardLayer) -> Api {
    let routes = Router::new().route("/", any(guarded)).route("/open", any(open)).route("/plain", any(plain));
    Api::serve(routes.layer(layer(world.server().await.layer()))).await
}

fn of_app(layer: GuardLayer) -> GuardLayer {
    layer.allowed_origins([APP]).expect("origins")
}

/// Over HTTP/1.1 and HTTP/2; a wrong origin has no challenge.
async fn status(handshake: Handshake) -> u16 {
    let mut statuses = Vec::new();
    for socket in [handshake.clone().open().await, handshake.open_over_http_2().await] {
        statuses.push(match socket {
            Ok(_) => 101,
            Err(answer) => {
                assert_eq!(answer.status == 403, answer.challenge.is_none(), "{answer:?}");
                answer.status
            }
        });
    }
    assert_eq!(statuses[0], statuses[1]);
    statuses[0]
}

#[tokio::test]
async fn without_a_list_a_token_that_the_page_had_to_know_opens_from_anywhere() {
    let world = World::new().await;
    let api = serve(&world, |layer| layer.websocket_protocol("bearer").expect("a protocol")).await;
    let token = world.token().build();
    for origin in ["null", "https://evil.example"] {
        assert_eq!(status(api.handshake("/").bearer(&token).origin(origin)).await, 101);
        assert_eq!(status(api.handshake("/").protocols(&["bearer", &token]).origin(origin)).await, 101);
    }
}

#[tokio::test]
async fn with_a_list_a_browser_opens_from_there_alone_whatever_the_token_came_in() {
    let world = World::new().await;
    let api = serve(&world, |layer| of_app(layer).websocket_protocol("bearer").expect("a protocol")).await;
    let token = world.token().build();
    let ways = [
        |handshake: Handshake, token: &str| handshake.bearer(token),
        |handshake: Handshake, token: &str| handshake.protocols(&["bearer", token]),
    ];
    for way in ways {
        let handshake = || way(api.handshake("/"), &token);
        assert_eq!(status(handshake().origin(APP)).await, 101);
        // What is no browser has none.
        assert_eq!(status(handshake()).await, 101);
        for origin in FOREIGN {
            assert_eq!(status(handshake().origin(origin)).await, 403, "{origin}");
        }
        assert_eq!(status(handshake().origin(APP).origin(APP)).await, 403);
        assert_eq!(status(handshake().origin(APP).origin("https://evil.example")).await, 403);
    }
}

#[tokio::test]
async fn the_list_is_for_upgrades_alone() {
    let world = World::new().await;
    let api = serve(&world, of_app).await;
    let mut headers = bearer(&world.token().build());
    headers.insert("origin", "https://evil.example".parse().unwrap());
    for method in [Method::GET, Method::POST] {
        assert_eq!(api.send(method, "/plain", headers.clone(), "").await.status, 200);
    }
    headers.insert("upgrade", "something".parse().unwrap());
    assert_eq!(api.send(Method::GET, "/plain", headers.clone(), "").await.status, 403);
    headers.insert("origin", APP.parse().unwrap());
    assert_eq!(api.send(Method::GET, "/plain", headers, "").await.status, 200);
}

#[tokio::test]
async fn a_list_holds_for_who_has_no_token_too() {
    let world = World::new().await;
    let api = serve(&world, |layer| of_app(layer).allow_anonymous()).await;
    assert_eq!(status(api.handshake("/open").origin(APP)).await, 101);
    assert_eq!(status(api.handshake("/open")).await, 101);
    assert_eq!(status(api.handshake("/open").origin("https://evil.example")).await, 403);
    assert_eq!(status(api.handshake("/").origin(APP)).await, 401);
}

#[tokio::test]
async fn with_a_cookie_a_socket_opens_from_listed_pages_alone() {
    let world = World::new().await;
    let cookie = format!("token={}", world.token().build());
    let origins = || CrossSite::allowed_origins([APP, "https://second.example"]).expect("origins");
    let elsewhere = CrossSite::protected_elsewhere;
    type With<'a> = &'a dyn Fn(GuardLayer) -> GuardLayer;
    let layers: [(&str, With<'_>, u16, u16); 4] = [
        ("its own list", &|layer| layer.cookie("token", origins()).expect("a cookie"), 101, 101),
        ("both lists", &|layer| of_app(layer).cookie("token", origins()).expect("a cookie"), 101, 403),
        (
            "that of upgrades",
            &|layer| of_app(layer).cookie("token", elsewhere()).expect("a cookie"),
            101,
            403,
        ),
        ("no list", &|layer| layer.cookie("token", elsewhere()).expect("a cookie"), 403, 403),
    ];
    for (what, layer, of_app, of_second) in layers {
        let api = serve(&world, layer).await;
        let handshake = || api.handshake("/").header("cookie", &cookie);
        assert_eq!(status(handshake().origin(APP)).await, of_app, "{what}");
        assert_eq!(status(handshake().origin("https://second.example")).await, of_second, "{what}");
        assert_eq!(status(handshake()).await, 403, "{what}");
        assert_eq!(status(handshake().header("sec-fetch-site", "same-origin")).await, 403, "{what}");
        assert_eq!(status(handshake().origin(APP).origin(APP)).await, 403, "{what}");
        for origin in FOREIGN {
            assert_eq!(status(handshake().origin(origin)).await, 403, "{what}: {origin}");
        }
    }
}

#[tokio::test]
async fn a_page_of_a_foreign_origin_is_told_nothing_of_its_token() {
    let world = World::new().await;
    let api = serve(&world, |layer| of_app(layer).close_refused_websockets()).await;
    for token in [world.token().build(), world.token().expired().build(), "x".to_owned()] {
        assert_eq!(status(api.handshake("/").bearer(&token).origin("https://evil.example")).await, 403);
    }
}

#[tokio::test]
async fn an_origin_that_no_browser_writes_is_refused_at_the_start() {
    let world = World::new().await;
    let layer = world.server().await.layer();
    let error = layer.clone().allowed_origins(["https://App.example:443"]).unwrap_err();
    assert_eq!(error.to_string(), "`https://App.example:443` is no origin: write `https://app.example`");
    let error = layer.clone().allowed_origins(["null"]).unwrap_err();
    assert_eq!(error.to_string(), "`null` is no origin: name each, as in `https://app.example.com`");
    assert!(layer.allowed_origins([APP, "http://localhost:3000"]).is_ok());
}
