//! An API, pages of other origins, and what a page does.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Html;
use axum::routing::get;
use oauth2_guard_browser_tests::browser::Browser;
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// The same page on two ports.
pub(crate) struct Pages {
    /// Whose pages the APIs here know.
    pub(crate) app: String,
    /// Whose they do not. The site is the same: it has no port.
    pub(crate) other: String,
}

impl Pages {
    pub(crate) async fn serve() -> Self {
        let page = Router::new().route("/", get(Html(include_str!("page.html"))));
        let origin = async || format!("http://localhost:{}", serve(page.clone()).await.port());
        Self { app: origin().await, other: origin().await }
    }
}

/// An API, and each request that reached it with its status.
pub(crate) struct Api {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Api {
    pub(crate) async fn serve(app: Router) -> Self {
        let seen = Arc::<Mutex<Vec<_>>>::default();
        let log = Arc::clone(&seen);
        let app = app.layer(from_fn(move |request: Request, next: Next| {
            let log = Arc::clone(&log);
            async move {
                let what = format!("{} {}", request.method(), request.uri().path());
                let answer = next.run(request).await;
                log.lock().expect("a log").push(format!("{what} {}", answer.status().as_u16()));
                answer
            }
        }));
        Self { address: serve(app).await, seen }
    }

    /// What reached it since this was asked for the last time.
    pub(crate) fn seen(&self) -> Vec<String> {
        self.seen.lock().expect("a log").drain(..).collect()
    }

    /// It has two names, which are two sites.
    fn url(&self, scheme: &str, host: &str, path: &str) -> String {
        format!("{scheme}://{host}:{}{path}", self.address.port())
    }
}

async fn serve(app: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

/// A page that calls an API.
pub(crate) struct Page<'a> {
    browser: &'a Browser,
    api: &'a Api,
    host: &'static str,
}

impl<'a> Page<'a> {
    /// The page of `origin`. The API is of another site.
    pub(crate) async fn visit(browser: &'a Browser, origin: &str, api: &'a Api) -> Self {
        browser.visit(origin).await;
        Self { browser, api, host: "127.0.0.1" }
    }

    /// Calls it by the name that the page has too: of the same site, and still of another origin.
    pub(crate) fn same_site(mut self) -> Self {
        self.host = "localhost";
        self
    }

    /// `fetch` with these settings.
    pub(crate) async fn call(&self, method: &str, path: &str, settings: Value) -> Value {
        let url = self.api.url("http", self.host, path);
        self.browser.run("return call(...arguments)", [method.into(), url.into(), settings]).await
    }

    /// `fetch` with a token in the header.
    pub(crate) async fn call_with(&self, method: &str, path: &str, token: &str) -> Value {
        self.call(method, path, json!({ "headers": { "authorization": format!("Bearer {token}") } })).await
    }

    /// `new WebSocket(..)`.
    pub(crate) async fn connect(&self, path: &str, protocols: &[&str]) -> Socket<'a> {
        let url = self.api.url("ws", self.host, path);
        let number = self.browser.run("return connect(...arguments)", [url.into(), json!(protocols)]).await;
        Socket { browser: self.browser, number }
    }
}

/// A WebSocket of a page.
pub(crate) struct Socket<'a> {
    browser: &'a Browser,
    number: Value,
}

impl Socket<'_> {
    /// What happens next to it.
    pub(crate) async fn next(&self) -> Value {
        self.browser.run("return sockets[arguments[0]].next()", [self.number.clone()]).await
    }

    pub(crate) async fn say(&self, text: &str) {
        let script = "sockets[arguments[0]].socket.send(arguments[1])";
        self.browser.run(script, [self.number.clone(), text.into()]).await;
    }

    /// Fails unless it opens with this protocol and echoes.
    pub(crate) async fn opens(&self, protocol: &str) {
        assert_eq!(self.next().await, json!({ "opened": protocol }));
        self.say("hello").await;
        assert_eq!(self.next().await, json!({ "heard": "hello" }));
    }

    /// Fails unless that is what the page learns of its end.
    pub(crate) async fn is_closed(&self, code: u16, reason: &str, clean: bool) {
        assert_eq!(self.next().await, json!({ "closed": code, "reason": reason, "clean": clean }));
    }

    /// Fails unless no socket opens: of the answer a page learns nothing.
    pub(crate) async fn fails(&self) {
        self.is_closed(1006, "", false).await;
    }
}
