//! What looks like a preflight and is none: it gets no further than any request.

use axum::Router;
use axum::http::{HeaderMap, HeaderName, Method};
use axum::routing::any;
use oauth2_guard_tests::{Api, Counter, World};
use tower_http::cors::{Any, CorsLayer};

use crate::http_2;

type Headers = Vec<(&'static str, &'static str)>;

fn preflight() -> Headers {
    vec![("origin", "https://app.example"), ("access-control-request-method", "DELETE")]
}

fn without(name: &str) -> Headers {
    preflight().into_iter().filter(|(other, _)| *other != name).collect()
}

fn with(name: &'static str, value: &'static str) -> Headers {
    [preflight(), vec![(name, value)]].concat()
}

fn forged() -> Vec<(Method, &'static str, Headers, Option<&'static str>)> {
    let forged = |path, headers, body| (Method::OPTIONS, path, headers, body);
    vec![
        forged("/", vec![], None),
        forged("/", without("origin"), None),
        forged("/", without("access-control-request-method"), None),
        forged("/", preflight(), Some("a body")),
        forged("/", with("content-length", "4"), Some("body")),
        forged("/", with("x-http-method-override", "DELETE"), None),
        forged("/", with("x-http-method", "DELETE"), None),
        forged("/", with("x-method-override", "DELETE"), None),
        forged("/?_method=DELETE", preflight(), None),
        forged("/?a=b&%5Fmethod=DELETE", preflight(), None),
        (Method::DELETE, "/", preflight(), None),
        (Method::GET, "/", preflight(), None),
        (Method::HEAD, "/", preflight(), None),
        (Method::from_bytes(b"options").unwrap(), "/", preflight(), None),
        (Method::from_bytes(b"PREFLIGHT").unwrap(), "/", preflight(), None),
    ]
}

async fn over_http_1(
    api: &Api,
    method: Method,
    path: &str,
    headers: &Headers,
    body: Option<&'static str>,
) -> u16 {
    let headers: HeaderMap =
        headers.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect();
    api.send(method, path, headers, body.unwrap_or_default()).await.status
}

#[tokio::test]
async fn a_forged_preflight_is_refused_over_http_1_and_http_2_and_a_true_one_passes() {
    let world = World::new().await;
    let server = world.server().await;
    let ran = Counter::default();
    let counted = ran.clone();
    let app = Router::new().route("/", any(async move || counted.count()));
    let api = Api::serve(app.layer(server.layer().allow_preflight())).await;
    for (method, path, headers, body) in forged() {
        let what = format!("{method} {path} {headers:?} {body:?}");
        assert_eq!(over_http_1(&api, method.clone(), path, &headers, body).await, 401, "{what}");
        assert_eq!(http_2::status(&api, method, path, &headers, body).await, 401, "{what}");
    }
    for upgrade in [with("upgrade", "websocket"), with("upgrade", "h2c")] {
        assert_eq!(over_http_1(&api, Method::OPTIONS, "/", &upgrade, None).await, 401, "{upgrade:?}");
    }
    assert_eq!(ran.get(), 0);
    assert_eq!(over_http_1(&api, Method::OPTIONS, "/", &preflight(), None).await, 200);
    assert_eq!(http_2::status(&api, Method::OPTIONS, "/", &preflight(), None).await, 200);
    assert_eq!(ran.get(), 2);
}

/// Such a layer answers whatever is `OPTIONS`, and calls nobody.
#[tokio::test]
async fn a_forged_preflight_reaches_no_handler_beside_a_cors_layer() {
    let world = World::new().await;
    let server = world.server().await;
    let ran = Counter::default();
    let routes = || {
        let counted = ran.clone();
        Router::new().route("/", any(async move || counted.count()))
    };
    let cors = || CorsLayer::new().allow_origin(Any);
    for app in [
        routes().layer(server.layer()).layer(cors()),
        routes().layer(cors()).layer(server.layer().allow_preflight()),
        routes().layer(cors()).layer(server.layer()),
    ] {
        let api = Api::serve(app).await;
        for (method, path, headers, body) in forged() {
            over_http_1(&api, method.clone(), path, &headers, body).await;
            http_2::status(&api, method, path, &headers, body).await;
        }
    }
    assert_eq!(ran.get(), 0);
}
