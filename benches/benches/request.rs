//! A guarded request against the same handler without anything before it, in process: `cargo bench --bench request`.
#![allow(clippy::expect_used, missing_docs, reason = "a measurement fails by panicking")]

use axum::Router;
use axum::http::StatusCode;
use oauth2_guard::testing::SigningKey;
use oauth2_guard::{Algorithm, ResourceServer};
use oauth2_guard_benches::api::{Caller, app, bearer};
use oauth2_guard_benches::tokens::{key, provider, token};
use oauth2_guard_benches::{Subject, compare};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    for (algorithm, cached) in [(Algorithm::RS256, 1.9), (Algorithm::ES256, 1.8), (Algorithm::EdDSA, 1.8)] {
        let key = key(algorithm);
        let server = ResourceServer::builder().provider(provider(&key)).build().await.expect("a server");
        let app = app(&server);

        let token = token(&key);
        let good = token.build();
        let unknown_key = token.clone().header("kid", "unknown").build();
        let bad_signature = token.signed_by(SigningKey::generate(algorithm, "other")).build();

        compare(
            &format!("{algorithm}, in process, against a bare handler"),
            vec![
                accepted("no authorization at all", &app, "/bare", &good),
                accepted("no authorization, a parameter of the path", &app, "/unowned/alice", &good),
                accepted("a layer that does nothing", &app, "/nothing", &good),
                accepted("#[requires(scopes = ..)]", &app, "/guarded", &good).target(cached),
                accepted("the same, with Claims<T> of 5 fields", &app, "/typed", &good).target(2.7),
                accepted("#[requires(scopes = .., owner(..))]", &app, "/owned/alice", &good),
                refused("refused: the rule denies", &app, "/denied", Some(&good), StatusCode::FORBIDDEN),
                unauthorized("refused: no token", &app, None).target(0.9),
                unauthorized("refused: garbage", &app, Some("garbage")).target(1.2),
                unauthorized("refused: unknown key", &app, Some(&unknown_key)).target(1.4),
                unauthorized("refused: bad signature", &app, Some(&bad_signature)),
            ],
        );
    }
}

fn accepted<'a>(name: &str, app: &Router, path: &'static str, token: &str) -> Subject<'a> {
    request(name, Caller::new(app, path, StatusCode::OK), Some(token))
}

fn unauthorized<'a>(name: &str, app: &Router, token: Option<&str>) -> Subject<'a> {
    refused(name, app, "/guarded", token, StatusCode::UNAUTHORIZED)
}

fn refused<'a>(
    name: &str,
    app: &Router,
    path: &'static str,
    token: Option<&str>,
    status: StatusCode,
) -> Subject<'a> {
    request(name, Caller::new(app, path, status), token)
}

fn request<'a>(name: &str, mut caller: Caller, token: Option<&str>) -> Subject<'a> {
    let credentials = token.map(bearer);
    Subject::new(name, move || caller.call(credentials.as_ref()))
}
