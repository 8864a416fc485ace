//! An API that guards nothing, and has nothing of the library in it.
#![allow(missing_docs, reason = "a program")]

use axum::Router;
use axum::routing::get;
use oauth2_guard_benches::process::serve;

async fn orders() -> &'static str {
    "none"
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    serve(Router::new().route("/", get(orders))).await;
}
