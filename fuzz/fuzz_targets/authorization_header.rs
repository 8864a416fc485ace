//! Any value of `Authorization`: refused with the answer that fits, and the handler is not reached.
#![no_main]

use std::sync::LazyLock;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, Request};
use axum::routing::get;
use libfuzzer_sys::fuzz_target;
use oauth2_guard_fuzz::{now, server};
use tower::ServiceExt;

static APP: LazyLock<Router> = LazyLock::new(|| {
    Router::new().route("/", get(handler)).layer(server().layer())
});

async fn handler() {
    panic!("no input is a good token");
}

fuzz_target!(|value: &[u8]| {
    let Ok(value) = HeaderValue::from_bytes(value) else { return };
    let mut request = Request::new(Body::empty());
    request.headers_mut().insert("authorization", value);
    let response = now(APP.clone().oneshot(request)).unwrap();
    let challenge = response.headers()["www-authenticate"].to_str().unwrap();
    let error = challenge.split("error=\"").nth(1).and_then(|rest| rest.split('"').next());
    assert!(matches!(
        (response.status().as_u16(), error),
        (400, Some("invalid_request")) | (401, Some("invalid_token") | None)
    ));
});
