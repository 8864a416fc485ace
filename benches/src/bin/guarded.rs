//! The same API, guarded: `guarded ISSUER [--without-cache | --any-number-of-tokens | --keys JWKS | --unguarded]`.
#![allow(clippy::expect_used, clippy::panic, missing_docs, reason = "a measurement fails by panicking")]

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
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let issuer = arguments.first().expect("the address of an issuer");
    let discovering = || ResourceServer::builder().provider(Provider::discover(issuer).audience(AUDIENCE));
    let options: Vec<&str> = arguments.iter().skip(1).map(String::as_str).collect();
    let builder = match &*options {
        [] => discovering(),
        ["--without-cache"] => discovering().without_cache(),
        ["--any-number-of-tokens"] => discovering().max_cached_tokens(1 << 30).max_cache_bytes(1 << 40),
        ["--keys", jwks] => {
            ResourceServer::builder().provider(Provider::with_jwks(issuer, *jwks).audience(AUDIENCE))
        }
        ["--unguarded"] => return serve(Router::new().route("/", get(async || "none"))).await,
        other => panic!("{other:?}"),
    };
    let server = builder.build().await.expect("a server");
    serve(Router::new().route("/", get(orders)).layer(server.layer())).await;
}
