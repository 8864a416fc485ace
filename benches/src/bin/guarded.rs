//! The same API, guarded: `guarded ISSUER`.
#![allow(clippy::expect_used, missing_docs, reason = "a measurement fails by panicking")]

use axum::Router;
use axum::routing::get;
use oauth2_guard::testing::AUDIENCE;
use oauth2_guard::{Provider, ResourceServer, requires};
use oauth2_guard_benches::process::serve;

#[requires(scopes = "orders:read")]
async fn orders() -> &'static str {
    "none"
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let issuer = std::env::args().nth(1).expect("the address of an issuer");
    let provider = Provider::discover(issuer).audience(AUDIENCE);
    let server = ResourceServer::builder().provider(provider).build().await.expect("a server");
    serve(Router::new().route("/", get(orders)).layer(server.layer())).await;
}
