//! What the tests share: an API on a loopback port in front of an authorization server, and a client that sends what it is
//! told to.
#![allow(
    clippy::expect_used,
    clippy::exhaustive_structs,
    clippy::panic,
    reason = "a test fails by panicking"
)]

pub mod canned;
pub mod capture;
pub mod hostile;
pub mod pem;
pub mod policies;
pub mod sockets;
pub mod stage;
pub mod tls;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, DATE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue};
use oauth2_guard::testing::{Issuer, TestClock, TokenBuilder};
use oauth2_guard::{Algorithm, Provider, ResourceServer, ResourceServerBuilder};
use reqwest::{Client, Method};
use tokio::net::TcpListener;

/// An authorization server with an ES256 key, and a clock that it shares with whoever is given it.
#[derive(Debug)]
pub struct World {
    /// The authorization server.
    pub issuer: Issuer,
    /// Its clock.
    pub clock: TestClock,
}

impl World {
    /// With a key for ES256, the quickest to make.
    pub async fn new() -> Self {
        Self::with_algorithms([Algorithm::ES256]).await
    }

    /// With a key for each of these.
    pub async fn with_algorithms(algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        let clock = TestClock::new();
        let issuer = Issuer::builder().clock(clock.clone()).algorithms(algorithms).start().await;
        Self { issuer: issuer.expect("an issuer"), clock }
    }

    /// A server that trusts this issuer alone.
    pub async fn server(&self) -> ResourceServer {
        self.server_with(|builder| builder, |provider| provider).await
    }

    /// The same, with other settings.
    pub async fn server_with(
        &self,
        settings: impl FnOnce(ResourceServerBuilder) -> ResourceServerBuilder,
        provider: impl FnOnce(Provider) -> Provider,
    ) -> ResourceServer {
        let builder =
            ResourceServer::builder().clock(self.clock.clone()).provider(provider(self.issuer.provider()));
        settings(builder).build().await.expect("a server")
    }

    /// `app` behind the layer of that server.
    pub async fn serve(&self, app: Router) -> Api {
        self.serve_with(app, |builder| builder).await
    }

    /// The same, with other settings.
    pub async fn serve_with(
        &self,
        app: Router,
        settings: impl FnOnce(ResourceServerBuilder) -> ResourceServerBuilder,
    ) -> Api {
        Api::serve(app.layer(self.server_with(settings, |provider| provider).await.layer())).await
    }

    /// A valid token.
    pub fn token(&self) -> TokenBuilder {
        self.issuer.token()
    }
}

/// An API on a loopback port.
#[derive(Clone, Debug)]
pub struct Api {
    address: SocketAddr,
    client: Client,
}

impl Api {
    /// Serves `app` until the runtime ends.
    pub async fn serve(app: impl Into<Router>) -> Self {
        let app = app.into();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move { axum::serve(listener, app).await });
        let client = Client::builder().no_proxy().tls_certs_only([]).build().expect("a client");
        Self { address, client }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `GET /`, with this token.
    pub async fn get(&self, token: impl AsRef<str>) -> Answer {
        self.get_path("/", token).await
    }

    /// `GET path`, with this token.
    pub async fn get_path(&self, path: &str, token: impl AsRef<str>) -> Answer {
        self.send(Method::GET, path, bearer(token.as_ref()), "").await
    }

    /// The status of `GET path`, with this token.
    pub async fn status(&self, path: &str, token: TokenBuilder) -> u16 {
        self.get_path(path, token.build()).await.status
    }

    /// Fails unless the status of `GET path` with this token is 200.
    pub async fn accepts(&self, path: &str, token: &TokenBuilder) -> Answer {
        let answer = self.get_path(path, token.build()).await;
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        answer
    }

    /// Fails unless `GET path` with this token is 401 `invalid_token` and says exactly this (the server being verbose).
    pub async fn refuses(&self, path: &str, token: &TokenBuilder, description: &str) {
        self.get_path(path, token.build()).await.assert_invalid_token(description);
    }

    /// Fails unless the status of `GET path` with this token is 403: a valid token that grants too little.
    pub async fn denies(&self, path: &str, token: &TokenBuilder) {
        let answer = self.get_path(path, token.build()).await;
        assert_eq!(answer.status, 403, "{path}: {answer:?}");
    }

    /// Status, headers and body of `GET path` with this token, all of them save the date.
    pub async fn whole(&self, path: &str, token: TokenBuilder) -> (u16, Vec<String>, String) {
        let url = format!("http://{}{path}", self.address);
        let response = self.client.get(url).headers(bearer(&token.build())).send().await.expect("an answer");
        let status = response.status().as_u16();
        let headers = response.headers().iter().filter(|(name, _)| *name != DATE);
        let mut headers: Vec<_> = headers.map(|(name, value)| format!("{name}: {value:?}")).collect();
        headers.sort();
        (status, headers, response.text().await.expect("a body"))
    }

    /// `GET /`, with these values of `Authorization`.
    pub async fn get_with(&self, authorization: &[&[u8]]) -> Answer {
        let mut headers = HeaderMap::new();
        for value in authorization {
            headers.append(AUTHORIZATION, HeaderValue::from_bytes(value).expect("a header value"));
        }
        self.send(Method::GET, "/", headers, "").await
    }

    /// Any request.
    pub async fn send(&self, method: Method, path: &str, headers: HeaderMap, body: &str) -> Answer {
        let url = format!("http://{}{path}", self.address);
        let request = self.client.request(method, url).headers(headers).body(body.to_owned());
        let response = request.send().await.expect("an answer");
        let text = |name| {
            response
                .headers()
                .get(name)
                .map(|value: &HeaderValue| value.to_str().expect("visible ASCII").to_owned())
        };
        Answer {
            status: response.status().as_u16(),
            challenge: text(WWW_AUTHENTICATE),
            cache_control: text(CACHE_CONTROL),
            content_type: text(CONTENT_TYPE),
            retry_after: text(RETRY_AFTER),
            body: response.text().await.expect("a body"),
        }
    }
}

/// `Authorization: Bearer token`.
pub fn bearer(token: &str) -> HeaderMap {
    let value = HeaderValue::from_str(&format!("Bearer {token}")).expect("a header value");
    [(AUTHORIZATION, value)].into_iter().collect()
}

/// What came back.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// `WWW-Authenticate`.
    pub challenge: Option<String>,
    /// `Cache-Control`.
    pub cache_control: Option<String>,
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// `Retry-After`.
    pub retry_after: Option<String>,
    /// The body.
    pub body: String,
}

impl Answer {
    /// The `error` of the challenge.
    pub fn error(&self) -> Option<&str> {
        self.challenge.as_deref()?.split_once("error=\"")?.1.split('"').next()
    }

    /// The `error_description` of the challenge.
    pub fn description(&self) -> Option<&str> {
        self.challenge.as_deref()?.split_once("error_description=\"")?.1.split('"').next()
    }

    /// Fails unless it is 401 `invalid_token` and says exactly this (the server being verbose).
    pub fn assert_invalid_token(&self, description: &str) {
        assert_eq!(
            (self.status, self.error(), self.description()),
            (401, Some("invalid_token"), Some(description))
        );
    }
}

/// Counts how often something ran.
#[derive(Clone, Debug, Default)]
pub struct Counter(Arc<AtomicUsize>);

impl Counter {
    /// It ran once more.
    pub fn count(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }

    /// How often it ran.
    pub fn get(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}
