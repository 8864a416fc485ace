//! What keeps pages of other origins away: they are shown in the same browser, and may send requests to ports of this machine.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// The names that a browser on this machine has for what is served here: `127.0.0.1:{port}` and `localhost:{port}`.
#[derive(Clone, Debug)]
pub struct Local(Arc<[String; 2]>);

impl Local {
    /// Those of a loopback address that is listened to.
    #[must_use]
    pub fn of(address: SocketAddr) -> Self {
        Self(Arc::new(["127.0.0.1", "localhost"].map(|host| format!("{host}:{}", address.port()))))
    }

    /// The origins of pages from here.
    pub fn origins(&self) -> [String; 2] {
        self.0.each_ref().map(|host| format!("http://{host}"))
    }
}

/// Refuses what is not of a page from here. That is told by `Host`, as a name of somebody else's may be made to point here after its page has loaded (DNS rebinding), and by
/// `Origin`, which browsers send with whatever is more than a look.
pub(super) async fn refuse_others(State(local): State<Local>, request: Request, next: Next) -> Response {
    let Some(host) = only(request.headers(), &HOST).filter(|host| local.0.iter().any(|name| name == host))
    else {
        return refuse(StatusCode::MISDIRECTED_REQUEST, &local);
    };
    let is_own = match only(request.headers(), &ORIGIN) {
        Some(origin) => origin.strip_prefix("http://") == Some(host),
        None => !request.headers().contains_key(ORIGIN) && request.method().is_safe(),
    };
    if is_own { next.run(request).await } else { refuse(StatusCode::FORBIDDEN, &local) }
}

fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

fn refuse(status: StatusCode, local: &Local) -> Response {
    let [one, other] = local.origins();
    (status, format!("the playground is for pages of {one} and {other} alone\n")).into_response()
}
