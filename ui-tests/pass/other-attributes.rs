//! They stay on the handler, whichever side of the guard they are on.

use axum::{Router, routing::get};
use oauth2_guard::{Policy, requires};

/// Above.
#[cfg(any())]
#[requires(mistake)]
async fn absent() {}

#[allow(deprecated)]
/// Between.
#[requires(roles = "admin")]
#[cfg_attr(all(), requires(scopes = "read"))]
#[cfg_attr(any(), requires(scopes = "write"))]
#[deprecated = "below"]
#[cfg(all())]
async fn handler(#[allow(unused_variables)] method: axum::http::Method) {
    #![allow(unused_mut)]
    let mut _unchanged = 1;
}

fn main() {
    #[allow(deprecated)]
    let _: Router = Router::new().route("/", get(handler));
    assert_eq!(__requires_handler::RULE.to_string(), r#"roles = "admin", scopes = "read""#);
}
