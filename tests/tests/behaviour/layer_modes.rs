//! What a layer lets pass, and what guards and extractors make of it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::http::Method;
use axum::routing::{get, post};
use oauth2_guard::layer::GuardLayer;
use oauth2_guard::{Authentication, Claims, InvalidToken, OAuth2Claims, Provider, policy, requires};
use oauth2_guard_tests::{Answer, Api, World, bearer};
use reqwest::header::HeaderMap;

async fn open() -> &'static str {
    "open"
}

async fn maybe(claims: Option<OAuth2Claims>) -> String {
    claims.map_or_else(|| "nobody".to_owned(), |claims| claims.subject().unwrap_or("?").to_owned())
}

async fn maybe_typed(claims: Option<Claims>) -> String {
    claims.map_or_else(|| "nobody".to_owned(), |Claims(me)| me.sub.unwrap_or_default())
}

#[requires]
async fn guarded() -> &'static str {
    "guarded"
}

async fn told(authentication: Authentication) -> String {
    let of_claims = authentication.claims().and_then(|claims| claims.subject()).map(str::to_owned);
    match authentication {
        Authentication::Valid(_) => format!("valid {}", of_claims.unwrap_or_default()),
        Authentication::Missing => "missing".to_owned(),
        Authentication::Malformed => "malformed".to_owned(),
        Authentication::Invalid(reason) => format!("invalid {}", reason.as_str()),
        Authentication::Denied => "denied".to_owned(),
        Authentication::Unavailable => "unavailable".to_owned(),
        _ => "something else".to_owned(),
    }
}

fn routes() -> Router {
    Router::new()
        .route("/open", get(open).post(open))
        .route("/maybe", get(maybe))
        .route("/typed", get(maybe_typed))
        .route("/guarded", get(guarded).post(guarded))
        .route("/told", get(told).post(told))
}

async fn serve(world: &World, layer: impl FnOnce(GuardLayer) -> GuardLayer) -> Api {
    let server = world.server_with(|builder| builder.verbose(), |provider: Provider| provider).await;
    Api::serve(routes().layer(layer(server.layer()))).await
}

async fn without_token(api: &Api, path: &str) -> Answer {
    api.send(Method::GET, path, HeaderMap::new(), "").await
}

fn shown(answer: Answer) -> (u16, String) {
    (answer.status, answer.body)
}

#[tokio::test]
async fn by_default_nothing_passes_without_a_good_token() {
    let world = World::new().await;
    let api = serve(&world, |layer| layer).await;
    for path in ["/open", "/maybe", "/guarded", "/told", "/nowhere"] {
        assert_eq!(without_token(&api, path).await.status, 401, "{path}");
        assert_eq!(api.get_path(path, world.token().expired().build()).await.status, 401, "{path}");
    }
    assert_eq!(
        shown(api.get_path("/told", world.token().subject("ann").build()).await),
        (200, "valid ann".into())
    );
    assert_eq!(api.get_path("/nowhere", world.token().build()).await.status, 404);
}

#[tokio::test]
async fn an_anonymous_layer_lets_pass_who_has_no_token_and_nobody_with_a_bad_one() {
    let world = World::new().await;
    let api = serve(&world, GuardLayer::allow_anonymous).await;
    assert_eq!(shown(without_token(&api, "/open").await), (200, "open".into()));
    assert_eq!(shown(without_token(&api, "/maybe").await), (200, "nobody".into()));
    assert_eq!(shown(without_token(&api, "/told").await), (200, "missing".into()));
    let answer = without_token(&api, "/guarded").await;
    assert_eq!((answer.status, answer.error()), (401, None));
    for path in ["/open", "/maybe", "/told", "/guarded"] {
        let answer = api.get_path(path, world.token().expired().build()).await;
        assert_eq!((answer.status, answer.error()), (401, Some("invalid_token")), "{path}");
        assert_eq!(api.get_with(&[b"Bearer a", b"Bearer b"]).await.status, 400);
    }
}

#[tokio::test]
async fn an_observing_layer_refuses_nothing_and_tells_what_it_saw() {
    let world = World::new().await;
    let api = serve(&world, GuardLayer::insecure_observe_only).await;
    let told = async |authorization: &str| {
        let headers =
            [(reqwest::header::AUTHORIZATION, authorization.parse().unwrap())].into_iter().collect();
        shown(api.send(Method::GET, "/told", headers, "").await)
    };
    let good = world.token().subject("ann").build();
    let expired = world.token().expired().build();
    assert_eq!(told(&format!("Bearer {good}")).await, (200, "valid ann".into()));
    assert_eq!(told(&format!("Bearer {expired}")).await, (200, "invalid expired".into()));
    assert_eq!(told("Bearer no-token").await, (200, "invalid malformed".into()));
    assert_eq!(told("Bearer a b").await, (200, "malformed".into()));
    assert_eq!(told("Basic YTpi").await, (200, "missing".into()));
    assert_eq!(shown(without_token(&api, "/told").await), (200, "missing".into()));

    for path in ["/open", "/maybe", "/typed"] {
        for token in ["no-token", &expired] {
            let answer = shown(api.get_path(path, token).await);
            assert_eq!(answer, (200, if path == "/open" { "open" } else { "nobody" }.into()), "{path}");
        }
    }
    assert_eq!(shown(api.get_path("/maybe", &good).await), (200, "ann".into()));
    assert_eq!(shown(api.get_path("/typed", &good).await), (200, "ann".into()));
}

#[tokio::test]
async fn a_guard_behind_an_observing_layer_answers_as_the_layer_would_have() {
    let world = World::new().await;
    let strict = serve(&world, |layer| layer).await;
    let observing = serve(&world, GuardLayer::insecure_observe_only).await;
    for token in [
        world.token().build(),
        world.token().expired().build(),
        world.token().audience("another").build(),
        "no-token".to_owned(),
    ] {
        let answer = observing.get_path("/guarded", &token).await;
        assert_eq!(answer, strict.get_path("/guarded", &token).await);
    }
    assert_eq!(without_token(&observing, "/guarded").await, without_token(&strict, "/guarded").await);
}

#[tokio::test]
async fn an_outage_is_not_a_bad_token() {
    let world = World::new().await;
    let api = serve(&world, GuardLayer::insecure_observe_only).await;
    world.issuer.set_down(true);
    world.clock.advance(Duration::from_secs(2 * 60 * 60));
    let token = world.token().build();
    assert_eq!(shown(api.get_path("/told", &token).await), (200, "unavailable".into()));
    let answer = api.get_path("/guarded", &token).await;
    assert_eq!((answer.status, answer.challenge.as_deref()), (503, None));
    assert!(answer.retry_after.is_some());
}

#[tokio::test]
async fn what_was_let_pass_is_reported_with_its_reason() {
    let world = World::new().await;
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&seen);
    let settings = move |builder: oauth2_guard::ResourceServerBuilder| {
        builder.on_decision(move |decision| {
            let reason = decision.reason().map(|reason| reason.as_str());
            let line = (decision.outcome().as_str(), reason, decision.claims().is_some());
            log.lock().unwrap_or_else(PoisonError::into_inner).push(line);
        })
    };
    let server = world.server_with(settings, |provider| provider).await;
    let api = Api::serve(routes().layer(server.layer().insecure_observe_only())).await;
    api.get_path("/open", world.token().expired().build()).await;
    api.get_path("/open", world.token().build()).await;
    without_token(&api, "/open").await;
    let expired = InvalidToken::Expired.as_str();
    assert_eq!(
        *seen.lock().unwrap_or_else(PoisonError::into_inner),
        [("anonymous", Some(expired), false), ("authenticated", None, true), ("anonymous", None, false)]
    );
}

#[tokio::test]
async fn safe_methods_pass_with_whatever_they_bring_and_others_do_not() {
    let world = World::new().await;
    let safe = [Method::GET, Method::HEAD, Method::OPTIONS];
    let api = serve(&world, |layer| layer.safe_methods(safe)).await;
    assert_eq!(shown(without_token(&api, "/open").await), (200, "open".into()));
    assert_eq!(api.send(Method::HEAD, "/open", HeaderMap::new(), "").await.status, 200);
    assert_eq!(shown(api.get_path("/maybe", world.token().expired().build()).await), (200, "nobody".into()));
    assert_eq!(
        shown(api.get_path("/maybe", world.token().subject("ann").build()).await),
        (200, "ann".into())
    );
    assert_eq!(without_token(&api, "/guarded").await.status, 401);
    assert_eq!(api.get_path("/guarded", world.token().build()).await.status, 200);

    for path in ["/open", "/guarded", "/told"] {
        assert_eq!(api.send(Method::POST, path, HeaderMap::new(), "").await.status, 401, "{path}");
        let headers = bearer(&world.token().build());
        assert_eq!(api.send(Method::POST, path, headers, "").await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn no_method_is_safe_by_default() {
    let world = World::new().await;
    let api = serve(&world, |layer| layer).await;
    for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
        assert_eq!(api.send(method, "/open", HeaderMap::new(), "").await.status, 401);
    }
}

#[tokio::test]
async fn a_safe_method_that_stands_for_another_is_not_safe() {
    let world = World::new().await;
    let api = serve(&world, |layer| layer.safe_methods([Method::GET])).await;
    for name in ["x-http-method-override", "x-http-method", "x-method-override", "upgrade"] {
        let headers = HeaderMap::from_iter([(name.parse().unwrap(), "DELETE".parse().unwrap())]);
        assert_eq!(api.send(Method::GET, "/open", headers, "").await.status, 401, "{name}");
    }
    for (query, status) in [
        ("_method=DELETE", 401),
        ("a=b&_method=PUT", 401),
        ("_METHOD=PUT", 401),
        ("%5Fm%65thod=PUT", 401),
        ("_method", 401),
        ("method=DELETE", 200),
        ("a=_method", 200),
        ("", 200),
    ] {
        let answer = without_token(&api, &format!("/open?{query}")).await;
        assert_eq!(answer.status, status, "{query}");
    }
}

#[tokio::test]
async fn public_paths_pass_with_whatever_they_bring_and_others_do_not() {
    let world = World::new().await;
    let paths = ["/open", "/told", "/guarded"];
    let api = serve(&world, |layer| layer.public_paths(paths).expect("public paths")).await;
    assert_eq!(shown(without_token(&api, "/open").await), (200, "open".into()));
    assert_eq!(shown(without_token(&api, "/open?a=b").await), (200, "open".into()));
    assert_eq!(shown(api.get_path("/open", "no-token").await), (200, "open".into()));
    assert_eq!(
        shown(api.get_path("/told", world.token().subject("ann").build()).await),
        (200, "valid ann".into())
    );
    assert_eq!(without_token(&api, "/guarded").await.status, 401);
    for path in ["/maybe", "/open/", "/OPEN", "/", "/nowhere"] {
        assert_eq!(without_token(&api, path).await.status, 401, "{path}");
    }
}

#[tokio::test]
async fn a_public_path_is_the_one_that_the_client_sent_also_in_a_nested_router() {
    let world = World::new().await;
    let server = world.server().await;
    let layer = |paths: &[&str]| server.layer().public_paths(paths.iter().copied()).expect("public paths");
    let inside = Router::new().nest("/api", routes().layer(layer(&["/api/open"])));
    let inside = Api::serve(inside).await;
    assert_eq!(without_token(&inside, "/api/open").await.status, 200);
    assert_eq!(without_token(&inside, "/api/maybe").await.status, 401);

    let of_suffix = Api::serve(Router::new().nest("/api", routes().layer(layer(&["/open"])))).await;
    assert_eq!(without_token(&of_suffix, "/api/open").await.status, 401);
}

#[policy(scopes = "openid")]
struct OpenId;

#[tokio::test]
async fn a_rule_for_everything_is_asked_of_every_token() {
    let world = World::new().await;
    let api = serve(&world, |layer| layer.require::<OpenId>()).await;
    let without = world.token().build();
    let with = world.token().scopes("openid").build();
    for path in ["/open", "/maybe", "/guarded", "/told", "/nowhere"] {
        let answer = api.get_path(path, &without).await;
        assert_eq!((answer.status, answer.error()), (403, Some("insufficient_scope")), "{path}");
        assert!(answer.challenge.unwrap().contains("scope=\"openid\""));
        let status = if path == "/nowhere" { 404 } else { 200 };
        assert_eq!(api.get_path(path, &with).await.status, status, "{path}");
    }
    assert_eq!(without_token(&api, "/open").await.status, 401);
}

#[tokio::test]
async fn a_rule_for_everything_is_asked_by_guards_where_the_layer_lets_pass() {
    let world = World::new().await;
    let api = serve(&world, |layer| layer.require::<OpenId>().insecure_observe_only()).await;
    let without = world.token().build();
    assert_eq!(shown(api.get_path("/told", &without).await), (200, "denied".into()));
    assert_eq!(shown(api.get_path("/maybe", &without).await), (200, "nobody".into()));
    assert_eq!(api.get_path("/guarded", &without).await.status, 403);
    assert_eq!(api.get_path("/guarded", world.token().scopes("openid").build()).await.status, 200);

    let anonymous = serve(&world, |layer| layer.require::<OpenId>().allow_anonymous()).await;
    assert_eq!(without_token(&anonymous, "/open").await.status, 200);
    assert_eq!(anonymous.get_path("/open", &without).await.status, 403);
}

#[tokio::test]
async fn claims_of_another_layer_do_not_outlive_one_that_accepts_no_token() {
    let world = World::new().await;
    let server = world.server().await;
    // Both layers pass; the inner one knows another audience, and only observes.
    let strict = oauth2_guard::ResourceServer::builder().clock(world.clock.clone());
    let strict = strict.provider(Provider::with_jwks(world.issuer.url(), jwks(&world)).audience("elsewhere"));
    let strict = strict.build().await.expect("a server");
    let app = routes().layer(strict.layer().insecure_observe_only()).layer(server.layer());
    let api = Api::serve(app).await;
    assert_eq!(shown(api.get_path("/maybe", world.token().build()).await), (200, "nobody".into()));
    assert_eq!(api.get_path("/guarded", world.token().build()).await.status, 401);
}

fn jwks(world: &World) -> String {
    let key = world.issuer.key(oauth2_guard::Algorithm::ES256).jwk();
    serde_json::json!({ "keys": [key] }).to_string()
}

#[tokio::test]
async fn a_true_preflight_passes_where_it_is_allowed_and_a_forged_one_never() {
    let world = World::new().await;
    let inner = || {
        let options = axum::routing::options(open);
        Router::new().route("/data", options.merge(post(open)))
    };
    let server = world.server().await;
    let allowed = Api::serve(inner().layer(server.layer().allow_preflight())).await;
    let refused = Api::serve(inner().layer(server.layer())).await;
    let preflight = || -> HeaderMap {
        HeaderMap::from_iter([
            ("origin".parse().unwrap(), "https://app.example".parse().unwrap()),
            ("access-control-request-method".parse().unwrap(), "POST".parse().unwrap()),
        ])
    };
    assert_eq!(allowed.send(Method::OPTIONS, "/data", preflight(), "").await.status, 200);
    assert_eq!(refused.send(Method::OPTIONS, "/data", preflight(), "").await.status, 401);

    let without = |name: &str| {
        let mut headers = preflight();
        headers.remove(name);
        headers
    };
    let with = |name: &str, value: &str| {
        let mut headers = preflight();
        headers.insert(reqwest::header::HeaderName::try_from(name).unwrap(), value.parse().unwrap());
        headers
    };
    for (what, method, headers, body) in [
        ("no origin", Method::OPTIONS, without("origin"), ""),
        ("no method", Method::OPTIONS, without("access-control-request-method"), ""),
        ("a body", Method::OPTIONS, preflight(), "x"),
        ("another method", Method::OPTIONS, with("x-http-method-override", "POST"), ""),
        ("an upgrade", Method::OPTIONS, with("upgrade", "websocket"), ""),
        ("not OPTIONS", Method::POST, preflight(), ""),
    ] {
        assert_eq!(allowed.send(method, "/data", headers, body).await.status, 401, "{what}");
    }
    assert_eq!(allowed.send(Method::OPTIONS, "/data?_method=POST", preflight(), "").await.status, 401);
}
