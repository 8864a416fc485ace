//! How keys are found, and what is not believed on the way.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};
use oauth2_guard::testing::{SigningKey, TokenBuilder};
use oauth2_guard::{Algorithm, BuildError, Provider, ResourceServer};
use oauth2_guard_tests::{Api, Counter, World, bearer};
use serde_json::json;
use tokio::net::TcpListener;

const OPENID: &str = "/.well-known/openid-configuration";
const RFC_8414: &str = "/.well-known/oauth-authorization-server";

type Pages = fn(&str, &str) -> Response;

/// An authorization server that answers each path as it is told; its own address is handed in.
async fn authorization_server(pages: Pages) -> (String, Counter) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let requests = Counter::default();
    let state = (url.clone(), requests.clone(), pages);
    let answer = |State((url, requests, pages)): State<(String, Counter, Pages)>, uri: axum::http::Uri| async move {
        requests.count();
        pages(&url, uri.path())
    };
    let app = Router::new().fallback(answer).with_state(state);
    tokio::spawn(async move { axum::serve(listener, app).await });
    (url, requests)
}

fn document(issuer: &str, jwks_uri: &str) -> Response {
    json!({"issuer": issuer, "jwks_uri": jwks_uri}).to_string().into_response()
}

fn one_key() -> Response {
    json!({"keys": [SigningKey::generate(Algorithm::ES256, "1").jwk()]}).to_string().into_response()
}

async fn build(issuer: String) -> Result<ResourceServer, BuildError> {
    ResourceServer::builder().provider(Provider::discover(issuer).audience("api")).build().await
}

async fn refusal(pages: Pages) -> String {
    let (url, _) = authorization_server(pages).await;
    let error = build(url.clone()).await.unwrap_err();
    assert_eq!(format!("{error:?}"), error.to_string());
    assert_eq!(error.is_temporary(), error.to_string().contains("answered 50"));
    let message = error.to_string();
    let start = format!("provider `{url}`: the keys could not be fetched: ");
    message.strip_prefix(&start).expect("the provider's name").replace(&url, "{url}")
}

#[tokio::test]
async fn a_document_of_openid_connect_is_found() {
    let (url, requests) = authorization_server(|url, path| match path {
        OPENID => document(url, &format!("{url}/keys")),
        "/keys" => one_key(),
        _ => StatusCode::NOT_FOUND.into_response(),
    })
    .await;
    assert!(build(url).await.is_ok());
    assert_eq!(requests.get(), 2);
}

#[tokio::test]
async fn a_document_of_rfc_8414_is_found_where_there_is_no_other() {
    let (url, requests) = authorization_server(|url, path| match path {
        "/.well-known/oauth-authorization-server/tenant" => {
            document(&format!("{url}/tenant"), &format!("{url}/keys"))
        }
        "/keys" => one_key(),
        _ => StatusCode::NOT_FOUND.into_response(),
    })
    .await;
    assert!(build(format!("{url}/tenant")).await.is_ok());
    assert_eq!(requests.get(), 3);
}

#[tokio::test]
async fn the_issuer_of_the_document_is_identical() {
    for pages in [
        (|url, path| {
            if path == OPENID { document(&format!("{url}/"), &format!("{url}/keys")) } else { one_key() }
        }) as Pages,
        |url, path| {
            if path == OPENID { document("https://evil.example", &format!("{url}/keys")) } else { one_key() }
        },
        |url, path| {
            if path == OPENID {
                json!({"jwks_uri": format!("{url}/keys")}).to_string().into_response()
            } else {
                one_key()
            }
        },
        |url, path| {
            if path == OPENID {
                json!({"issuer": [url], "jwks_uri": url}).to_string().into_response()
            } else {
                one_key()
            }
        },
    ] {
        assert_eq!(
            refusal(pages).await,
            "the `issuer` in {url}/.well-known/openid-configuration is not the configured one, to the letter: compare both, a trailing slash included"
        );
    }
}

#[tokio::test]
async fn the_key_set_is_at_an_address_that_may_be_trusted() {
    for pages in [
        (|url, _| document(url, "http://evil.example/keys")) as Pages,
        |url, _| document(url, "ftp://127.0.0.1/keys"),
        |url, _| document(url, "file:///etc/passwd"),
        |url, _| document(url, "https://user:password@127.0.0.1/keys"),
        |url, _| document(url, "/keys"),
        |url, _| json!({"issuer": url}).to_string().into_response(),
        |url, _| json!({"issuer": url, "jwks_uri": 5}).to_string().into_response(),
        |_, _| "<html>".into_response(),
        |_, _| "".into_response(),
        |url, _| format!(r#"{{"issuer":"{url}","jwks_uri":"{url}/a","jwks_uri":"{url}/b"}}"#).into_response(),
    ] {
        let document = "{url}/.well-known/openid-configuration";
        assert_eq!(
            refusal(pages).await,
            format!("{document} is no discovery document with a `jwks_uri` over https")
        );
    }
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let message = refusal(|url, path| match path {
        OPENID => (StatusCode::FOUND, [(LOCATION, format!("{url}/elsewhere"))]).into_response(),
        _ => document(url, &format!("{url}/keys")),
    })
    .await;
    assert_eq!(message, "{url}/.well-known/openid-configuration answered 302");
}

#[tokio::test]
async fn an_error_at_one_address_is_not_absence() {
    let message = refusal(|url, path| match path {
        OPENID => StatusCode::BAD_GATEWAY.into_response(),
        RFC_8414 => document(url, &format!("{url}/keys")),
        _ => one_key(),
    })
    .await;
    assert_eq!(message, "{url}/.well-known/openid-configuration answered 502");
    let message = refusal(|_, _| StatusCode::NOT_FOUND.into_response()).await;
    assert_eq!(
        message,
        "there is no discovery document at {url}/.well-known/openid-configuration nor at {url}/.well-known/oauth-authorization-server: compare the issuer with the `iss` of its tokens, or say `with_jwks_url`"
    );
}

#[tokio::test]
async fn a_key_set_is_bounded_and_has_a_usable_key() {
    let keys = |pages: Pages| async move {
        let (url, _) = authorization_server(pages).await;
        let provider = Provider::with_jwks_url("https://login.example.com", format!("{url}/keys?secret=x"))
            .audience("api");
        let error = ResourceServer::builder().provider(provider).build().await.unwrap_err().to_string();
        let start = "provider `https://login.example.com`: the keys could not be fetched: ";
        error.strip_prefix(start).expect("the provider's name").replace(&url, "{url}")
    };
    assert_eq!(
        keys(|_, _| " ".repeat(600_000).into_response()).await,
        "{url}/keys answered more than 524288 bytes"
    );
    let many = keys(|_, _| json!({"keys": vec![json!({}); 101]}).to_string().into_response()).await;
    assert_eq!(many, "the key set at {url}/keys cannot be used: it has more than 100 keys");
    for pages in [
        (|_, _| "<html>".into_response()) as Pages,
        |_, _| "null".into_response(),
        |_, _| "[]".into_response(),
        |_, _| r#"{"keys":{}}"#.into_response(),
        |_, _| r#"{"keys":[],"keys":[]}"#.into_response(),
        |_, _| r#"{"keys":[{}"#.into_response(),
    ] {
        assert_eq!(
            keys(pages).await,
            "the key set at {url}/keys cannot be used: it is no JWK Set: an object with an array `keys`, without duplicate members"
        );
    }
    assert_eq!(
        keys(|_, _| r#"{"keys":[]}"#.into_response()).await,
        "the key set at {url}/keys cannot be used: it has no key"
    );
    assert_eq!(
        keys(|_, _| r#"{"keys":[{"kty":"oct","k":"canary"}]}"#.into_response()).await,
        "the key set at {url}/keys cannot be used: it has no usable key; keys[0]: it is a symmetric key, which a key set must not hold"
    );
}

#[tokio::test]
async fn an_address_where_nobody_listens_is_said_to_be_so() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = build(url.clone()).await.unwrap_err();
    assert!(error.is_temporary());
    let error = error.to_string();
    let document = format!("{url}/.well-known/openid-configuration");
    let start = format!("provider `{url}`: the keys could not be fetched: {document} could not be reached: ");
    // What follows is the operating system's.
    assert!(error.strip_prefix(&start).expect("the address").to_lowercase().contains("refused"), "{error}");
}

#[tokio::test]
async fn a_key_set_at_a_known_address_serves() {
    let world = World::new().await;
    let jwks = format!("{}/jwks.json", world.issuer.url());
    let provider = Provider::with_jwks_url(world.issuer.url(), jwks).audience("api");
    let server =
        ResourceServer::builder().clock(world.clock.clone()).provider(provider).build().await.unwrap();
    let api =
        Api::serve(Router::new().route("/", axum::routing::get(|| async {})).layer(server.layer())).await;
    assert_eq!(api.get(world.token().build()).await.status, 200);
}

#[tokio::test]
async fn a_lone_fetched_key_without_id_serves_no_token_that_names_one() {
    // The address of this one has no key ID in it, so that the pages need none from outside.
    let (url, _) = authorization_server(|url, path| match path {
        OPENID => document(url, &format!("{url}/keys")),
        _ => r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#
            .into_response(),
    })
    .await;
    let server = ResourceServer::builder()
        .provider(Provider::discover(&url).audience("api"))
        .verbose()
        .build()
        .await
        .unwrap();
    let api =
        Api::serve(Router::new().route("/", axum::routing::get(|| async {})).layer(server.layer())).await;
    let token = TokenBuilder::new(&url, "api", SigningKey::generate(Algorithm::EdDSA, "1"));
    api.get(token.build()).await.assert_invalid_token("the token names an unknown key");
    api.get(token.without_header("kid").build()).await.assert_invalid_token("the token's signature is wrong");
}

#[tokio::test]
async fn nothing_of_a_request_is_sent_along() {
    static SEEN: std::sync::Mutex<Vec<String>> = std::sync::Mutex::new(Vec::new());

    let key = SigningKey::generate(Algorithm::ES256, "1");
    let jwks = json!({"keys": [key.jwk()]}).to_string();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let app = Router::new().fallback(move |request: axum::extract::Request| async move {
        let mut seen = SEEN.lock().unwrap();
        seen.push(request.uri().to_string());
        seen.extend(request.headers().iter().map(|(name, value)| format!("{name}: {value:?}")));
        drop(seen);
        jwks
    });
    tokio::spawn(async move { axum::serve(listener, app).await });

    let clock = oauth2_guard::testing::TestClock::new();
    let provider =
        Provider::with_jwks_url("https://login.example.com", format!("{url}/keys")).audience("api");
    let server = ResourceServer::builder().provider(provider).clock(clock.clone()).build().await.unwrap();
    let api = Api::serve(Router::new().layer(server.layer())).await;
    clock.advance(std::time::Duration::from_secs(31));
    let token = TokenBuilder::new("https://login.example.com", "api", key).header("kid", "canary-id").build();
    let mut headers = bearer(&token);
    headers.insert("cookie", "canary-cookie".parse().unwrap());
    headers.insert("x-request-id", "canary-header".parse().unwrap());
    assert_eq!(
        api.send(reqwest::Method::GET, "/canary-path?canary-query", headers, "canary-body").await.status,
        401
    );

    let seen = SEEN.lock().unwrap().join("\n");
    assert_eq!(seen.matches("/keys").count(), 2, "{seen}");
    assert!(
        !seen.contains("canary") && !seen.contains("authorization") && !seen.contains("cookie"),
        "{seen}"
    );
}
