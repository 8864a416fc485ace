//! Where a layer looks for tokens, and what handlers see of what it found.

use axum::Router;
use axum::extract::OriginalUri;
use axum::extract::ws::WebSocketUpgrade;
use axum::http::{HeaderMap, Method, Uri};
use axum::response::Response;
use axum::routing::{any, get};
use oauth2_guard::layer::{CrossSite, GuardLayer};
use oauth2_guard::{Authentication, requires};
use oauth2_guard_tests::capture::Log;
use oauth2_guard_tests::{Answer, Api, World, bearer};

const APP: &str = "https://app.example";

fn shown(original: &Uri, uri: &Uri, headers: &HeaderMap) -> String {
    let all = |name| -> Vec<_> {
        headers.get_all(name).iter().map(|value| value.to_str().expect("visible ASCII")).collect()
    };
    let (cookies, protocols) = (all("cookie"), all("sec-websocket-protocol"));
    format!("{original} {uri} {cookies:?} {protocols:?} {}", headers.contains_key("authorization"))
}

#[requires]
async fn seen(OriginalUri(original): OriginalUri, uri: Uri, headers: HeaderMap) -> String {
    shown(&original, &uri, &headers)
}

#[requires]
async fn socket(
    OriginalUri(original): OriginalUri,
    uri: Uri,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let text = shown(&original, &uri, &headers);
    upgrade.on_upgrade(async move |mut socket| drop(socket.send(text.into()).await))
}

async fn told(authentication: Authentication, uri: Uri, headers: HeaderMap) -> String {
    let how = match authentication {
        Authentication::Valid(_) => "valid",
        Authentication::Missing => "missing",
        Authentication::Malformed => "malformed",
        Authentication::Invalid(_) => "invalid",
        Authentication::Denied => "denied",
        _ => "something else",
    };
    format!("{how} {}", shown(&uri, &uri, &headers))
}

fn routes() -> Router {
    let routes =
        || Router::new().route("/", get(seen).post(seen)).route("/ws", any(socket)).route("/told", any(told));
    routes().nest("/nested", routes())
}

fn all(layer: GuardLayer) -> GuardLayer {
    let origins = CrossSite::allowed_origins([APP]).expect("origins");
    let layer = layer.cookie("token", origins).expect("a cookie");
    let layer = layer.insecure_query_parameter_for_all_requests("token", [APP]).expect("a parameter");
    layer.websocket_protocol("bearer").expect("a protocol")
}

async fn serve(world: &World, layer: impl FnOnce(GuardLayer) -> GuardLayer) -> Api {
    Api::serve(routes().layer(layer(world.server().await.layer()))).await
}

fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        headers.append(*name, value.parse().unwrap());
    }
    headers
}

async fn get_with(api: &Api, path: &str, pairs: &[(&'static str, &str)]) -> Answer {
    api.send(Method::GET, path, headers(pairs), "").await
}

#[tokio::test]
async fn by_default_a_token_in_any_other_place_is_nothing() {
    let world = World::new().await;
    let api = serve(&world, |layer| layer).await;
    let token = world.token().build();
    for (path, pairs) in [
        ("/".to_owned(), &[("cookie", &*format!("token={token}"))][..]),
        (format!("/?token={token}"), &[]),
        ("/".to_owned(), &[("sec-websocket-protocol", &format!("bearer, {token}"))]),
    ] {
        let answer = get_with(&api, &path, pairs).await;
        assert_eq!((answer.status, answer.error()), (401, None), "{path} {pairs:?}");
        // Nor does it harm one in its place, and it is the handler's.
        let in_header = format!("Bearer {token}");
        let pairs = [pairs, &[("authorization", &*in_header)]].concat();
        let answer = get_with(&api, &path, &pairs).await;
        assert_eq!(answer.status, 200, "{path} {pairs:?}");
        assert!(answer.body.contains(&token), "{answer:?}");
    }
    let protocols = ["bearer", &*token];
    assert_eq!(api.handshake("/ws").protocols(&protocols).open().await.unwrap_err().status, 401);
    assert_eq!(api.handshake(&format!("/ws?token={token}")).open().await.unwrap_err().status, 401);
}

#[tokio::test]
async fn each_place_is_opened_by_itself() {
    let world = World::new().await;
    let token = world.token().build();
    let cookie = serve(&world, |layer| {
        layer.cookie("token", CrossSite::allowed_origins([APP]).expect("origins")).expect("a cookie")
    });
    let query = serve(&world, |layer| {
        layer.insecure_query_parameter_for_all_requests("token", [APP]).expect("a parameter")
    });
    let protocol = serve(&world, |layer| layer.websocket_protocol("bearer").expect("a protocol"));
    for (index, api) in [cookie.await, query.await, protocol.await].iter().enumerate() {
        let expected = |place| if index == place { 200 } else { 401 };
        let in_cookie = format!("token={token}");
        assert_eq!(get_with(api, "/", &[("cookie", &in_cookie)]).await.status, expected(0));
        assert_eq!(get_with(api, &format!("/?token={token}"), &[]).await.status, expected(1));
        let opened = api.handshake("/ws").protocols(&["bearer", &token]).open().await;
        assert_eq!(opened.map_or_else(|answer| answer.status, |_| 200), expected(2));
        assert_eq!(api.get(&token).await.status, 200);
    }
}

#[tokio::test]
async fn more_than_one_way_in_a_request_is_refused_whichever_token_is_good() {
    let world = World::new().await;
    let api = serve(&world, all).await;
    let good = world.token().build();
    let bad = world.token().expired().build();
    for (first, second) in [(&good, &good), (&good, &bad), (&bad, &good)] {
        let (in_header, in_cookie) = (format!("Bearer {first}"), format!("token={second}"));
        let header = ("authorization", &*in_header);
        let cookie = ("cookie", &*in_cookie);
        let query = format!("/?token={second}");
        for (path, pairs) in [
            ("/", &[header, cookie][..]),
            (&query, &[header]),
            (&query, &[cookie]),
            (&query, &[header, cookie]),
            ("/?token", &[header]),
            ("/", &[header, ("cookie", "token=no token")]),
        ] {
            let answer = get_with(&api, path, pairs).await;
            assert_eq!((answer.status, answer.error()), (400, Some("invalid_request")), "{path} {pairs:?}");
        }
        let handshake = || api.handshake("/ws").origin(APP).protocols(&["bearer", first]);
        for several in [
            handshake().bearer(second),
            handshake().header("cookie", &in_cookie),
            api.handshake(&format!("/ws?token={second}")).origin(APP).protocols(&["bearer", first]),
        ] {
            assert_eq!(several.open().await.unwrap_err().status, 400);
        }
    }
    for (path, pairs) in [
        ("/".to_owned(), &[("authorization", &*format!("Bearer {good}"))][..]),
        ("/".to_owned(), &[("cookie", &format!("token={good}"))]),
        ("/".to_owned(), &[("cookie", &format!("token={good}")), ("authorization", "Basic YTpi")]),
        ("/".to_owned(), &[("cookie", "token="), ("authorization", &format!("Bearer {good}"))]),
        (format!("/?token={good}"), &[]),
    ] {
        assert_eq!(get_with(&api, &path, pairs).await.status, 200, "{path} {pairs:?}");
    }
    assert!(api.handshake("/ws").origin(APP).protocols(&["bearer", &good]).open().await.is_ok());
}

#[tokio::test]
async fn a_token_is_verified_wherever_it_came_from() {
    let world = World::new().await;
    let api = serve(&world, all).await;
    for (token, status) in [
        (world.token().build(), 200),
        (world.token().expired().build(), 401),
        (world.token().audience("another").build(), 401),
        ("no-token".to_owned(), 401),
        ("a b".to_owned(), 400),
    ] {
        assert_eq!(get_with(&api, "/", &[("cookie", &format!("token={token}"))]).await.status, status);
        assert_eq!(get_with(&api, &format!("/?token={}", token.replace(' ', "+")), &[]).await.status, status);
        let opened = api.handshake("/ws").protocols(&["bearer", &token]).open().await;
        assert_eq!(opened.map_or_else(|answer| answer.status, |_| 200), status, "{token}");
    }
}

#[tokio::test]
async fn a_handler_does_not_see_what_the_token_came_in() {
    let world = World::new().await;
    let api = serve(&world, all).await;
    let token = world.token().build();
    let cookies = format!("a=1; token={token}; b=2");
    for path in ["/", "/nested"] {
        let body = get_with(&api, path, &[("cookie", &cookies)]).await.body;
        assert_eq!(body, format!("{path} / [\"a=1; b=2\"] [] false"));
        let body = get_with(&api, &format!("{path}?a=%20&token={token}&b"), &[]).await.body;
        assert_eq!(body, format!("{path}?a=%20&b /?a=%20&b [] [] false"));
        let body = get_with(&api, &format!("{path}?token={token}"), &[]).await.body;
        assert_eq!(body, format!("{path} / [] [] false"));
    }
    // The header is the one that stays.
    let body = api.send(Method::GET, "/", bearer(&token), "").await.body;
    assert_eq!(body, "/ / [] [] true");
    let mut opened = api.handshake("/nested/ws").protocols(&["chat", "bearer", &token]).open().await.unwrap();
    assert_eq!(opened.hear().await, "/nested/ws /ws [] [\"chat, bearer\"] false");
}

#[tokio::test]
async fn nor_does_one_that_a_request_reached_with_a_bad_token() {
    let world = World::new().await;
    let api = serve(&world, |layer| all(layer).insecure_observe_only()).await;
    let token = world.token().expired().build();
    let body = get_with(&api, "/told", &[("cookie", &format!("token={token}; a=1"))]).await.body;
    assert_eq!(body, "invalid /told /told [\"a=1\"] [] false");
    let body = get_with(&api, &format!("/told?token={token}"), &[]).await.body;
    assert_eq!(body, "invalid /told /told [] [] false");
    let body =
        get_with(&api, &format!("/told?token={token}&token=x"), &[("cookie", &format!("token={token}"))])
            .await
            .body;
    assert_eq!(body, "malformed /told /told [] [] false");
    let cookie = format!("token={}", world.token().build());
    let answer = api.send(Method::POST, "/told", headers(&[("cookie", &cookie)]), "").await;
    assert_eq!(answer.body, "denied /told /told [] [] false");
}

#[tokio::test]
async fn an_anonymous_layer_refuses_bad_tokens_of_every_place() {
    let world = World::new().await;
    let api = serve(&world, |layer| all(layer).allow_anonymous()).await;
    let expired = world.token().expired().build();
    assert_eq!(get_with(&api, "/told", &[]).await.body, "missing /told /told [] [] false");
    assert_eq!(get_with(&api, "/told", &[("cookie", &format!("token={expired}"))]).await.status, 401);
    assert_eq!(get_with(&api, &format!("/told?token={expired}"), &[]).await.status, 401);
    assert_eq!(get_with(&api, "/told?token=", &[]).await.status, 400);
    assert!(
        get_with(&api, "/told", &[("cookie", &format!("token={}", world.token().build()))])
            .await
            .body
            .starts_with("valid")
    );
}

#[tokio::test]
async fn nothing_of_a_token_is_logged_wherever_it_came_from() {
    let log = Log::capture();
    let world = World::new().await;
    let api = serve(&world, all).await;
    for token in [world.token().build(), world.token().expired().build(), "canary-token".to_owned()] {
        get_with(&api, "/", &[("cookie", &format!("token={token}"))]).await;
        get_with(&api, "/", &[("cookie", &format!("token={token}; token={token}"))]).await;
        get_with(&api, &format!("/?token={token}"), &[]).await;
        drop(api.handshake("/ws").protocols(&["bearer", &token]).open().await);
        let of_ours = log.text();
        let of_ours = of_ours.lines().filter(|line| line.contains("oauth2_guard"));
        let signature = token.rsplit('.').next().unwrap();
        assert!(of_ours.clone().count() > 0 && of_ours.clone().all(|line| !line.contains(signature)));
    }
}
