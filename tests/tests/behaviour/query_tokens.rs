//! Tokens in the query: for handshakes, and for all requests where that is said.

use axum::Router;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{OriginalUri, RawQuery};
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use axum::routing::any;
use oauth2_guard::layer::GuardLayer;
use oauth2_guard::requires;
use oauth2_guard_tests::{Answer, Api, World};

const APP: &str = "https://app.example";

#[requires]
async fn seen(RawQuery(query): RawQuery, OriginalUri(uri): OriginalUri) -> String {
    format!("{query:?} {uri}")
}

#[requires]
async fn socket(OriginalUri(uri): OriginalUri, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async move |mut socket| drop(socket.send(uri.to_string().into()).await))
}

async fn serve(world: &World, layer: impl FnOnce(GuardLayer) -> GuardLayer) -> Api {
    let routes = Router::new().route("/", any(seen)).route("/ws", any(socket));
    Api::serve(routes.layer(layer(world.server().await.layer()))).await
}

fn for_handshakes(layer: GuardLayer) -> GuardLayer {
    layer.insecure_query_parameter("access_token", [APP]).expect("a parameter")
}

fn for_all(layer: GuardLayer) -> GuardLayer {
    layer.insecure_query_parameter_for_all_requests("access_token", [APP]).expect("a parameter")
}

async fn get(api: &Api, path: &str) -> Answer {
    api.send(Method::GET, path, HeaderMap::new(), "").await
}

#[tokio::test]
async fn a_handshake_brings_its_token_in_the_query() {
    let world = World::new().await;
    for layer in [for_handshakes, for_all] {
        let api = serve(&world, layer).await;
        let path = |token: &str| format!("/ws?a=1&access_token={token}&b=2");
        let good = path(&world.token().build());
        let mut socket = api.handshake(&good).origin(APP).open().await.unwrap();
        assert_eq!(socket.hear().await, "/ws?a=1&b=2");
        let mut socket = api.handshake(&good).origin(APP).open_over_http_2().await.unwrap();
        assert!(socket.hear().await.ends_with("/ws?a=1&b=2"));
        let expired = path(&world.token().expired().build());
        assert_eq!(api.handshake(&expired).origin(APP).open().await.unwrap_err().status, 401);
        assert_eq!(api.handshake(&expired).origin(APP).open_over_http_2().await.unwrap_err().status, 401);
    }
}

#[tokio::test]
async fn other_requests_bring_none_there() {
    let world = World::new().await;
    let api = serve(&world, for_handshakes).await;
    let path = format!("/?access_token={}", world.token().build());
    let answer = get(&api, &path).await;
    assert_eq!((answer.status, answer.error()), (401, None));
    let all = serve(&world, for_all).await;
    assert_eq!(get(&all, &path).await.status, 200);

    // What is no complete handshake is none.
    let handshake = [
        ("upgrade", "websocket"),
        ("connection", "upgrade"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ("origin", APP),
    ];
    let whole: HeaderMap =
        handshake.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
    assert_eq!(api.send(Method::GET, &path, whole.clone(), "").await.status, 200);
    for (name, _) in &handshake[..4] {
        let mut headers = whole.clone();
        headers.remove(*name);
        assert_eq!(api.send(Method::GET, &path, headers, "").await.status, 401, "without {name}");
    }
    assert_eq!(api.send(Method::POST, &path, whole, "").await.status, 401);
}

#[tokio::test]
async fn a_handshake_with_its_token_there_comes_from_a_listed_origin() {
    let world = World::new().await;
    let path = format!("/ws?access_token={}", world.token().build());
    for layer in [for_handshakes, for_all] {
        let api = serve(&world, layer).await;
        assert!(api.handshake(&path).origin(APP).open().await.is_ok());
        for origin in ["null", "https://evil.example", "https://app.example:444", "http://app.example"] {
            let answer = api.handshake(&path).origin(origin).open().await.unwrap_err();
            assert_eq!((answer.status, answer.challenge.as_deref()), (403, None), "{origin}");
            let answer = api.handshake(&path).origin(origin).open_over_http_2().await.unwrap_err();
            assert_eq!((answer.status, answer.challenge.as_deref()), (403, None), "{origin}");
        }
        assert_eq!(api.handshake(&path).open().await.unwrap_err().status, 403);
        assert_eq!(api.handshake(&path).origin(APP).origin(APP).open().await.unwrap_err().status, 403);
        // In the header it needs none.
        assert!(api.handshake("/ws").bearer(&world.token().build()).open().await.is_ok());
    }
}

#[tokio::test]
async fn the_parameter_is_there_once() {
    let world = World::new().await;
    let api = serve(&world, for_all).await;
    let token = world.token().build();
    for query in [
        format!("access_token={token}&access_token={token}"),
        format!("access_token={token}&access%5Ftoken=x"),
        format!("%61ccess_token=&access_token={token}"),
        format!("access_token&access_token={token}"),
        "access_token=".to_owned(),
        "access_token".to_owned(),
        format!("access_token=Bearer%20{token}"),
        format!("access_token={token}%00"),
        format!("access_token={token}+"),
    ] {
        let answer = get(&api, &format!("/?{query}")).await;
        assert_eq!((answer.status, answer.error()), (400, Some("invalid_request")), "{query}");
    }
    for query in [
        format!("access_token={token}"),
        format!("Access_token=x&access_token={token}"),
        format!("a=access_token=x&access_token={token}"),
        format!("access%5ftoken={}", token.replace('.', "%2E")),
    ] {
        assert_eq!(get(&api, &format!("/?{query}")).await.status, 200, "{query}");
    }
}

#[tokio::test]
async fn a_handler_sees_the_rest_as_it_was_sent() {
    let world = World::new().await;
    let api = serve(&world, for_all).await;
    let token = world.token().build();
    for (sent, seen) in [
        (format!("/?access_token={token}"), "None /"),
        (format!("/?a=%2F+&access_token={token}&b&&a"), "Some(\"a=%2F+&b&&a\") /?a=%2F+&b&&a"),
        (format!("/?access%5Ftoken={token}&q=access_token"), "Some(\"q=access_token\") /?q=access_token"),
    ] {
        assert_eq!(get(&api, &sent).await.body, seen);
    }
}

#[tokio::test]
async fn answers_are_for_nobody_else() {
    let world = World::new().await;
    let api = serve(&world, for_all).await;
    let good = get(&api, &format!("/?access_token={}", world.token().build())).await;
    assert_eq!((good.status, good.cache_control.as_deref()), (200, Some("private")));
    let bad = get(&api, &format!("/?access_token={}", world.token().expired().build())).await;
    assert_eq!((bad.status, bad.cache_control.as_deref()), (401, Some("no-store")));
    assert_eq!(api.get(world.token().build()).await.cache_control, None);
}

#[tokio::test]
async fn what_cannot_be_right_is_refused_at_the_start() {
    let world = World::new().await;
    let layer = world.server().await.layer();
    let error = layer.clone().insecure_query_parameter("access token", [APP]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`access token` is no name of a parameter: write letters, digits, `-`, `_` and `.`, as in `access_token`"
    );
    let error = layer.insecure_query_parameter("access_token", ["app.example"]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`app.example` is no origin: write scheme and host, as in `https://app.example.com`"
    );
}
