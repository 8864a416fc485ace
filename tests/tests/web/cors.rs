//! `tower_http`'s CORS layer beside ours, as a page of another origin meets them.

use std::time::Duration;

use axum::Router;
use axum::extract::Path;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, AUTHORIZATION, COOKIE, HeaderMap, HeaderName,
    ORIGIN, RETRY_AFTER, WWW_AUTHENTICATE,
};
use axum::http::{HeaderValue, Method};
use axum::routing::{any, get};
use oauth2_guard::layer::{CrossSite, GuardLayer};
use oauth2_guard::requires;
use oauth2_guard_tests::capture::Log;
use oauth2_guard_tests::{Api, World};
use tower_http::cors::CorsLayer;

const APP: &str = "https://app.example";

#[requires(scopes = "read")]
async fn read() -> &'static str {
    "read"
}

#[requires(owner(user, hide))]
async fn owned(user: Path<String>) -> String {
    user.0
}

async fn open() -> &'static str {
    "open"
}

fn routes() -> Router {
    Router::new()
        .route("/read", get(read))
        .route("/of/{user}", get(owned))
        .route("/open", get(open).post(open))
        .route("/any", any(open))
}

/// As the guide has it.
fn cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin([HeaderValue::from_static(APP)])
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([AUTHORIZATION])
        .expose_headers([WWW_AUTHENTICATE, RETRY_AFTER])
}

async fn outside(world: &World, layer: impl FnOnce(GuardLayer) -> GuardLayer, cors: CorsLayer) -> Api {
    Api::serve(routes().layer(layer(world.server().await.layer())).layer(cors)).await
}

struct Answer {
    status: u16,
    headers: HeaderMap,
}

impl Answer {
    fn header(&self, name: HeaderName) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

async fn ask(api: &Api, method: Method, path: &str, headers: &[(HeaderName, &str)]) -> Answer {
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
    let mut request = client.request(method, format!("http://{}{path}", api.address()));
    for (name, value) in headers {
        request = request.header(name, *value);
    }
    let answer = request.send().await.unwrap();
    Answer { status: answer.status().as_u16(), headers: answer.headers().clone() }
}

async fn preflight(api: &Api, path: &str, origin: &str) -> Answer {
    let headers = [
        (ORIGIN, origin),
        (HeaderName::from_static("access-control-request-method"), "POST"),
        (HeaderName::from_static("access-control-request-headers"), "authorization"),
    ];
    ask(api, Method::OPTIONS, path, &headers).await
}

#[tokio::test]
async fn outside_of_ours_it_answers_preflights_itself() {
    let world = World::new().await;
    let api = outside(&world, |layer| layer, cors()).await;
    let log = Log::capture();
    for path in ["/read", "/open", "/nowhere"] {
        let answer = preflight(&api, path, APP).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.header(ACCESS_CONTROL_ALLOW_ORIGIN), Some(APP));
        assert_eq!(answer.header(ACCESS_CONTROL_ALLOW_METHODS), Some("GET,POST"));
        assert_eq!(answer.header(ACCESS_CONTROL_ALLOW_HEADERS), Some("authorization"));
    }
    // Of another origin the browser is told nothing, and goes no further.
    let answer = preflight(&api, "/read", "https://evil.example").await;
    assert_eq!((answer.status, answer.header(ACCESS_CONTROL_ALLOW_ORIGIN)), (200, None));
    assert!(log.decisions().is_empty(), "{:?}", log.decisions());
}

#[tokio::test]
async fn outside_of_ours_it_lets_a_page_read_every_refusal() {
    let world = World::new().await;
    let api = outside(&world, |layer| layer, cors()).await;
    let good = format!("Bearer {}", world.token().build());
    let may_read = format!("Bearer {}", world.token().scopes("read").build());
    let expired = format!("Bearer {}", world.token().expired().build());
    for (path, authorization, status, challenge) in [
        ("/open", &*good, 200, None),
        ("/read", &may_read, 200, None),
        ("/open", "", 401, Some("Bearer realm=\"api\"")),
        ("/nowhere", "", 401, Some("Bearer realm=\"api\"")),
        ("/open", &expired, 401, Some("Bearer realm=\"api\", error=\"invalid_token\"")),
        ("/open", "Bearer a b", 400, Some("Bearer realm=\"api\", error=\"invalid_request\"")),
        ("/read", &good, 403, Some("Bearer realm=\"api\", error=\"insufficient_scope\"")),
        ("/of/bob", &good, 404, None),
        ("/of/alice", &good, 200, None),
    ] {
        let answer = ask(&api, Method::GET, path, &[(ORIGIN, APP), (AUTHORIZATION, authorization)]).await;
        assert_eq!(answer.status, status, "{path}");
        let said = answer.header(WWW_AUTHENTICATE);
        match challenge {
            Some(challenge) => assert!(said.unwrap().starts_with(challenge), "{path}: {said:?}"),
            None => assert_eq!(said, None, "{path}"),
        }
        assert_eq!(answer.header(ACCESS_CONTROL_ALLOW_ORIGIN), Some(APP), "{path}");
        assert_eq!(answer.header(ACCESS_CONTROL_EXPOSE_HEADERS), Some("www-authenticate,retry-after"));
    }
    world.issuer.set_down(true);
    world.clock.advance(Duration::from_secs(2 * 60 * 60));
    let answer = ask(&api, Method::GET, "/open", &[(ORIGIN, APP), (AUTHORIZATION, &good)]).await;
    assert_eq!(answer.status, 503);
    assert!(answer.header(RETRY_AFTER).is_some());
    assert_eq!(answer.header(ACCESS_CONTROL_ALLOW_ORIGIN), Some(APP));
    // It is for this origin alone.
    let answer = ask(&api, Method::GET, "/open", &[(ORIGIN, "https://evil.example")]).await;
    assert_eq!((answer.status, answer.header(ACCESS_CONTROL_ALLOW_ORIGIN)), (401, None));
}

#[tokio::test]
async fn a_page_sends_its_cookie_where_both_layers_let_it() {
    let world = World::new().await;
    let with_cookie = |layer: GuardLayer| {
        layer.cookie("token", CrossSite::allowed_origins([APP]).expect("origins")).expect("a cookie")
    };
    let api = outside(&world, with_cookie, cors().allow_credentials(true)).await;
    let answer = preflight(&api, "/open", APP).await;
    assert_eq!(answer.header(ACCESS_CONTROL_ALLOW_CREDENTIALS), Some("true"));
    let cookie = format!("token={}", world.token().build());
    let post = async |origin: &str| {
        let answer = ask(&api, Method::POST, "/open", &[(ORIGIN, origin), (COOKIE, &cookie)]).await;
        (answer.status, answer.header(ACCESS_CONTROL_ALLOW_ORIGIN).map(str::to_owned))
    };
    assert_eq!(post(APP).await, (200, Some(APP.to_owned())));
    // What CORS does not prevent, as it keeps nobody from sending.
    assert_eq!(post("https://evil.example").await, (403, None));
}

#[tokio::test]
async fn inside_of_ours_it_answers_the_preflights_that_are_let_through_and_no_refusal_has_its_headers() {
    let world = World::new().await;
    let layer = world.server().await.layer().allow_preflight();
    let api = Api::serve(routes().layer(cors()).layer(layer)).await;
    let answer = preflight(&api, "/read", APP).await;
    assert_eq!((answer.status, answer.header(ACCESS_CONTROL_ALLOW_ORIGIN)), (200, Some(APP)));
    let good = format!("Bearer {}", world.token().build());
    let answer = ask(&api, Method::GET, "/open", &[(ORIGIN, APP), (AUTHORIZATION, &good)]).await;
    assert_eq!((answer.status, answer.header(ACCESS_CONTROL_ALLOW_ORIGIN)), (200, Some(APP)));
    let answer = ask(&api, Method::GET, "/open", &[(ORIGIN, APP)]).await;
    assert_eq!((answer.status, answer.header(ACCESS_CONTROL_ALLOW_ORIGIN)), (401, None));
}

#[tokio::test]
async fn a_refused_preflight_is_told_of_once_with_the_remedy() {
    let world = World::new().await;
    let api = Api::serve(routes().layer(cors()).layer(world.server().await.layer())).await;
    let log = Log::capture();
    let hints = || log.text().matches("a CORS preflight was refused").count();
    // What is none is not told of.
    assert_eq!(ask(&api, Method::OPTIONS, "/open", &[(ORIGIN, APP)]).await.status, 401);
    assert_eq!(ask(&api, Method::GET, "/open", &[(ORIGIN, APP)]).await.status, 401);
    assert_eq!(hints(), 0);
    for _ in 0..3 {
        assert_eq!(preflight(&api, "/open", APP).await.status, 401);
    }
    assert_eq!(hints(), 1);
    assert!(log.text().contains("put the CORS layer outside of this one"), "{}", log.text());
}
