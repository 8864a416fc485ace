//! From none to as many as axum takes beside the guard.

use axum::http::Method;
use axum::{Router, routing::post};
use oauth2_guard::{public, requires};

#[requires(roles = "admin")]
async fn none() {}

#[requires(roles = "admin")]
async fn trailing_comma(_: Method, body: String) -> String {
    body
}

#[requires(roles = "admin")]
async fn fifteen(
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    body: String,
) -> String {
    body
}

#[public]
async fn fifteen_public(
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    _: Method,
    body: String,
) -> String {
    body
}

fn main() {
    let _: Router = Router::new()
        .route("/none", post(none))
        .route("/trailing-comma", post(trailing_comma))
        .route("/fifteen", post(fifteen))
        .route("/fifteen-public", post(fifteen_public));
}
