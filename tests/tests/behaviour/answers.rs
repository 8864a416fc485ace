//! Status, challenge, headers and body of each answer, exactly.

use std::time::{Duration, UNIX_EPOCH};

use axum::routing::get;
use axum::{Json, Router};
use oauth2_guard::{Claims, requires};
use oauth2_guard_tests::{Answer, Api, World, bearer};
use reqwest::Method;
use reqwest::header::HeaderMap;
use serde::Deserialize;

const BARE: &str = r#"Bearer realm="api""#;
const INVALID: &str =
    r#"Bearer realm="api", error="invalid_token", error_description="the access token is not accepted""#;
const INVALID_BODY: &str = r#"{"title":"Unauthorized","status":401,"detail":"the access token is not accepted","error":"invalid_token","error_description":"the access token is not accepted"}"#;
const MALFORMED: &str = r#"Bearer realm="api", error="invalid_request", error_description="the request must carry exactly one bearer token""#;

#[requires(scopes = all("read", "write"))]
async fn index() -> &'static str {
    "in"
}

#[derive(Deserialize)]
struct Tenant {
    tenant: String,
}

#[requires]
async fn tenant(Claims(claims): Claims<Tenant>) -> Json<String> {
    Json(claims.tenant)
}

async fn api(world: &World) -> Api {
    let app = Router::new().route("/", get(index)).route("/tenant", get(tenant));
    Api::serve(app.layer(world.server().await.layer())).await
}

fn refused(status: u16, challenge: Option<&str>, body: &str) -> Answer {
    Answer {
        status,
        challenge: challenge.map(str::to_owned),
        cache_control: Some("no-store".to_owned()),
        content_type: Some("application/problem+json".to_owned()),
        retry_after: None,
        body: body.to_owned(),
    }
}

#[tokio::test]
async fn a_good_token_reaches_the_handler() {
    let world = World::new().await;
    let answer = api(&world).await.get(world.token().scopes("read write").build()).await;
    assert_eq!((answer.status, answer.body.as_str(), answer.challenge), (200, "in", None));
}

#[tokio::test]
async fn no_credentials_are_401_with_a_bare_challenge() {
    let world = World::new().await;
    let api = api(&world).await;
    let body = r#"{"title":"Unauthorized","status":401,"detail":"an access token is required"}"#;
    let cases: [&[&[u8]]; 6] =
        [&[], &[b""], &[b"Basic YTpi"], &[b"Token a"], &[b"Bearertok"], &[b"Bearer:tok"]];
    for authorization in cases {
        assert_eq!(api.get_with(authorization).await, refused(401, Some(BARE), body), "{authorization:?}");
    }
}

#[tokio::test]
async fn malformed_credentials_are_400() {
    let world = World::new().await;
    let api = api(&world).await;
    let good = format!("Bearer {}", world.token().scopes("read write").build());
    assert_eq!(api.get_with(&[good.as_bytes()]).await.status, 200);

    let body = r#"{"title":"Bad Request","status":400,"detail":"the request must carry exactly one bearer token","error":"invalid_request","error_description":"the request must carry exactly one bearer token"}"#;
    let good = good.as_bytes();
    let cases: [&[&[u8]]; 9] = [
        &[b"Bearer"],
        &[b"Bearer "],
        &[b"Bearer a b"],
        &[b"Bearer \"a\""],
        &[b"Bearer \xff\xfe"],
        &[good, good],
        &[good, b"Bearer bad"],
        &[b"Basic YTpi", good],
        &[b"Basic YTpi, Bearer a"],
    ];
    for authorization in cases {
        assert_eq!(
            api.get_with(authorization).await,
            refused(400, Some(MALFORMED), body),
            "{authorization:?}"
        );
    }
}

#[tokio::test]
async fn a_bad_token_is_401_and_the_answer_does_not_say_why() {
    let world = World::new().await;
    let api = api(&world).await;
    let token = || world.token().scopes("read write");
    assert_eq!(api.get(token().build()).await.status, 200);
    for token in [
        "abc123".to_owned(),
        token().audience("other").build(),
        token().header("kid", "unknown").build(),
        token().header("alg", "none").build(),
        token().without("exp").build(),
    ] {
        assert_eq!(api.get(&token).await, refused(401, Some(INVALID), INVALID_BODY));
    }
}

#[tokio::test]
async fn an_expired_token_is_told_so() {
    let world = World::new().await;
    let answer = api(&world).await.get(world.token().expired().build()).await;
    let challenge =
        r#"Bearer realm="api", error="invalid_token", error_description="the access token expired""#;
    let body = r#"{"title":"Unauthorized","status":401,"detail":"the access token expired","error":"invalid_token","error_description":"the access token expired"}"#;
    assert_eq!(answer, refused(401, Some(challenge), body));
}

#[tokio::test]
async fn a_denial_is_403_and_names_the_scopes_that_would_help() {
    let world = World::new().await;
    let answer = api(&world).await.get(world.token().scopes("read").build()).await;
    let challenge = r#"Bearer realm="api", error="insufficient_scope", error_description="the access token does not permit this", scope="read write""#;
    let body = r#"{"title":"Forbidden","status":403,"detail":"the access token does not permit this","error":"insufficient_scope","error_description":"the access token does not permit this"}"#;
    assert_eq!(answer, refused(403, Some(challenge), body));
}

#[tokio::test]
async fn claims_that_do_not_fit_the_handler_are_401() {
    let world = World::new().await;
    let api = api(&world).await;
    let fitting = world.token().claim("tenant", "acme").build();
    assert_eq!(api.get_path("/tenant", fitting).await.body, r#""acme""#);
    for token in [world.token().build(), world.token().claim("tenant", 5).build()] {
        assert_eq!(api.get_path("/tenant", token).await, refused(401, Some(INVALID), INVALID_BODY));
    }
}

#[tokio::test]
async fn missing_keys_are_503_with_a_time_to_come_again() {
    let world = World::new().await;
    let api = api(&world).await;
    let good = world.token().scopes("read write").build();
    world.issuer.set_down(true);
    world.issuer.rotate_keys();
    world.clock.advance(Duration::from_secs(31));

    let answer = api.get(world.token().scopes("read write").build()).await;
    let body = r#"{"title":"Service Unavailable","status":503,"detail":"access tokens cannot be verified at the moment"}"#;
    assert_eq!(answer, Answer { retry_after: Some("30".to_owned()), ..refused(503, None, body) });
    // A token of a known key needs nobody.
    assert_eq!(api.get(good).await.status, 200);
}

#[tokio::test]
async fn a_clock_before_1970_is_503() {
    let world = World::new().await;
    let api = api(&world).await;
    let token = world.token().scopes("read write").build();
    world.clock.set(UNIX_EPOCH - Duration::from_secs(1));
    let answer = api.get(&token).await;
    assert_eq!((answer.status, answer.challenge, answer.retry_after.as_deref()), (503, None, Some("60")));
    world.clock.set(UNIX_EPOCH);
    // Now it is a matter of the token: it was issued in the future.
    assert_eq!(api.get(&token).await.status, 401);
}

#[tokio::test]
async fn a_guard_without_a_layer_is_500() {
    let world = World::new().await;
    let api = Api::serve(Router::new().route("/", get(index))).await;
    let body = r#"{"title":"Internal Server Error","status":500,"detail":"the server is misconfigured"}"#;
    assert_eq!(api.get(world.token().scopes("read write").build()).await, refused(500, None, body));
}

#[tokio::test]
async fn a_request_by_head_is_answered_as_by_get_without_a_body() {
    let world = World::new().await;
    let api = api(&world).await;
    let head = async |headers| api.send(Method::HEAD, "/", headers, "").await;
    let good = head(bearer(&world.token().scopes("read write").build())).await;
    assert_eq!((good.status, good.body.as_str()), (200, ""));
    assert_eq!(head(HeaderMap::new()).await, refused(401, Some(BARE), ""));
    assert_eq!(head(bearer("a.b.c")).await, refused(401, Some(INVALID), ""));
    let denied = head(bearer(&world.token().build())).await;
    assert_eq!((denied.status, denied.error(), denied.body.as_str()), (403, Some("insufficient_scope"), ""));
}

#[tokio::test]
async fn an_unknown_route_or_method_shows_only_to_who_has_a_token() {
    let world = World::new().await;
    let api = api(&world).await;
    let token = bearer(&world.token().build());
    for (method, path, status) in
        [(Method::GET, "/unknown", 404), (Method::DELETE, "/", 405), (Method::OPTIONS, "/", 405)]
    {
        let without = api.send(method.clone(), path, HeaderMap::new(), "").await;
        assert_eq!((without.status, without.challenge.as_deref()), (401, Some(BARE)), "{method} {path}");
        assert_eq!(api.send(method.clone(), path, token.clone(), "").await.status, status, "{method} {path}");
    }
}

#[tokio::test]
async fn tokens_elsewhere_than_in_the_authorization_header_are_not_seen() {
    let world = World::new().await;
    let api = api(&world).await;
    let token = world.token().scopes("read write").build();
    let in_query = api.send(Method::GET, &format!("/?access_token={token}"), HeaderMap::new(), "").await;
    assert_eq!(in_query.challenge.as_deref(), Some(BARE));
    for name in ["proxy-authorization", "x-forwarded-authorization", "authentication", "cookie"] {
        let mut headers = HeaderMap::new();
        headers.insert(name, format!("Bearer {token}").parse().unwrap());
        assert_eq!(api.send(Method::GET, "/", headers, "").await.challenge.as_deref(), Some(BARE), "{name}");
    }
    let in_body = api.send(Method::POST, "/", HeaderMap::new(), &format!("access_token={token}")).await;
    assert_eq!(in_body.challenge.as_deref(), Some(BARE));
    assert_eq!(api.get(token).await.status, 200);
}

#[tokio::test]
async fn the_realm_is_as_configured() {
    let world = World::new().await;
    let server = world.server_with(|builder| builder.realm("orders, and more"), |provider| provider).await;
    let api = Api::serve(Router::new().route("/", get(index)).layer(server.layer())).await;
    assert_eq!(api.get_with(&[]).await.challenge.as_deref(), Some(r#"Bearer realm="orders, and more""#));
}
