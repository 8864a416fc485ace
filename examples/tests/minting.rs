//! Who gets a token of the playground, and which.
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use oauth2_guard::ResourceServer;
use oauth2_guard::testing::Issuer;
use oauth2_guard_examples::quickstart::api;
use oauth2_guard_examples::quickstart::playground::{self, local::Local};
use oauth2_guard_examples::{http_client, serve_on};
use reqwest::header::{CONTENT_TYPE, HOST, ORIGIN};
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use tokio::net::TcpListener;

struct Playground {
    address: SocketAddr,
    client: Client,
}

impl Playground {
    async fn serve() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let local = Local::of(address);
        let issuer = Issuer::start().await.expect("an issuer");
        let builder = ResourceServer::builder().provider(issuer.provider().leeway(Duration::ZERO));
        let server = builder.clone().build().await.expect("a server");
        let verbose = builder.verbose().build().await.expect("a server");
        let api = api::protected(&server, local.origins()).expect("an API");
        serve_on(listener, playground::beside(api, Arc::new(issuer), verbose, &local).expect("a page"));
        Self { address, client: http_client().expect("a client") }
    }

    fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(format!("http://{}{path}", self.address))
    }

    fn mint(&self, wanted: &Value) -> RequestBuilder {
        self.client.post(format!("http://{}/playground/tokens", self.address)).json(wanted)
    }

    fn origin(&self) -> String {
        format!("http://{}", self.address)
    }
}

fn wanted() -> Value {
    json!({
        "subject": "bob", "scopes": ["orders:read", "chat"], "roles": ["admin"], "permissions": [],
        "lifetime": 300, "audience": "ours", "key": "ES256",
    })
}

async fn status(request: RequestBuilder) -> u16 {
    request.send().await.expect("an answer").status().as_u16()
}

#[tokio::test]
async fn a_page_from_here_gets_the_token_that_it_asks_for() {
    let playground = Playground::serve().await;
    let answer =
        playground.mint(&wanted()).header(ORIGIN, playground.origin()).send().await.expect("an answer");
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["cache-control"]),
        (200, &"no-store".parse().expect("a header"))
    );
    let issued: Value = answer.json().await.expect("JSON");
    assert_eq!(issued["refused"], Value::Null);
    let reach = |path: &str, methods: &str| {
        let routes = issued["routes"].as_array().expect("routes");
        let route = routes.iter().find(|route| route["path"] == path && route["methods"] == methods);
        route.expect("that route")["reach"].clone()
    };
    assert_eq!(reach("/orders", "GET, HEAD"), "yes");
    assert_eq!(reach("/orders", "POST"), "no");
    assert_eq!(reach("/users/{user}/orders", "GET, HEAD"), "if owner(user)");

    let token = issued["token"].as_str().expect("a token");
    assert_eq!(status(playground.get("/orders").bearer_auth(token)).await, 200);
    assert_eq!(status(playground.get("/users/bob/orders").bearer_auth(token)).await, 200);
    assert_eq!(status(playground.get("/users/alice/orders").bearer_auth(token)).await, 403);
    assert_eq!(status(playground.get("/verbose/reports").bearer_auth(token)).await, 403);
}

#[tokio::test]
async fn a_page_from_elsewhere_gets_none() {
    let playground = Playground::serve().await;
    let (port, own) = (playground.address.port(), playground.origin());
    for origin in [
        "https://evil.example",
        "null",
        "",
        &format!("https://127.0.0.1:{port}"),
        &format!("http://127.0.0.1:{port}.evil.example"),
        &format!("http://localhost:{port}"),
        "http://127.0.0.1",
    ] {
        assert_eq!(status(playground.mint(&wanted()).header(ORIGIN, origin)).await, 403, "{origin}");
    }
    assert_eq!(status(playground.mint(&wanted())).await, 403, "without an origin");
    let two = playground.mint(&wanted()).header(ORIGIN, &own).header(ORIGIN, "https://evil.example");
    assert_eq!(status(two).await, 403, "two origins");
    assert_eq!(status(playground.mint(&wanted()).header(ORIGIN, own)).await, 200);
}

#[tokio::test]
async fn under_a_name_of_somebody_else_there_is_no_playground() {
    let playground = Playground::serve().await;
    let port = playground.address.port();
    for host in [
        format!("evil.example:{port}"),
        "127.0.0.1".into(),
        format!("127.0.0.1.evil.example:{port}"),
        format!("127.0.0.1:{port}:80"),
    ] {
        for path in ["/", "/playground.js", "/playground/routes"] {
            assert_eq!(status(playground.get(path).header(HOST, &host)).await, 421, "{host} {path}");
        }
        let mint = playground.mint(&wanted()).header(HOST, &host).header(ORIGIN, format!("http://{host}"));
        assert_eq!(status(mint).await, 421, "{host}");
    }
    let host = format!("localhost:{port}");
    assert_eq!(status(playground.get("/").header(HOST, &host)).await, 200);
    let mint = playground.mint(&wanted()).header(HOST, &host).header(ORIGIN, format!("http://{host}"));
    assert_eq!(status(mint).await, 200);
}

#[tokio::test]
async fn what_is_no_wish_for_a_token_is_refused() {
    let playground = Playground::serve().await;
    let refused = async |name: &str, value: Value| {
        let mut wish = wanted();
        wish[name] = value;
        status(playground.mint(&wish).header(ORIGIN, playground.origin())).await
    };
    for (name, value) in [
        ("lifetime", json!(65536)),
        ("lifetime", json!(-1)),
        ("audience", json!("https://else.example")),
        ("key", json!("none")),
        ("scopes", json!("orders:read")),
        ("iss", json!("https://else.example")),
    ] {
        assert_eq!(refused(name, value).await, 422, "{name}");
    }
    assert_eq!(refused("lifetime", json!(65535)).await, 200);
    // Of such a type a page of another origin may send it without a preflight.
    let plain = playground.client.post(format!("{}/playground/tokens", playground.origin()));
    let plain = plain.header(ORIGIN, playground.origin()).header(CONTENT_TYPE, "text/plain");
    assert_eq!(status(plain.body(wanted().to_string())).await, 415);
}

#[tokio::test]
async fn the_page_may_load_nothing_but_what_is_beside_it_and_is_in_no_frame() {
    let playground = Playground::serve().await;
    let page = playground.get("/").send().await.expect("a page");
    let policy = page.headers()["content-security-policy"].to_str().expect("ASCII");
    for directive in ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"] {
        assert!(policy.split("; ").any(|other| other == directive), "{policy}");
    }
    let text = page.text().await.expect("text");
    assert!(!text.contains("http:") && !text.contains("https:"), "it is whole in itself");
}
