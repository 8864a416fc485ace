//! A guarded request against the same handler without anything before it, in process: `cargo bench --bench request`.
#![allow(clippy::expect_used, missing_docs, reason = "a measurement fails by panicking")]

use axum::Router;
use axum::body::Body;
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderValue, Request, StatusCode};
use axum::routing::get;
use oauth2_guard::testing::SigningKey;
use oauth2_guard::{Algorithm, Claims, ResourceServer, requires};
use oauth2_guard_benches::{Subject, compare, now, provider, token};
use serde::Deserialize;
use serde_json::json;
use tower::Service;

#[derive(Deserialize)]
#[expect(dead_code, reason = "that they are there is what is measured")]
struct Me {
    sub: String,
    client_id: String,
    jti: String,
    roles: Vec<String>,
    email: String,
}

async fn bare() {}

#[requires(scopes = "orders:read")]
async fn guarded() {}

#[requires(scopes = "orders:read")]
async fn typed(_: Claims<Me>) {}

#[requires(scopes = "absent")]
async fn denied() {}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    for algorithm in [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA] {
        let key = SigningKey::generate(algorithm, "2026-11-signing-key");
        let jwks = json!({"keys": [key.jwk()]}).to_string();
        let server = ResourceServer::builder().provider(provider(jwks)).build().await.expect("a server");

        let token = token(key);
        let good = token.build();
        let unknown_key = token.clone().header("kid", "unknown").build();
        let bad_signature = token.signed_by(SigningKey::generate(algorithm, "other")).build();

        let app = Router::new()
            .route("/guarded", get(guarded))
            .route("/typed", get(typed))
            .route("/denied", get(denied))
            .layer(server.layer())
            .route("/bare", get(bare));
        compare(
            &format!("{algorithm}, in process, against a bare handler"),
            vec![
                request("no authorization at all", &app, "/bare", Some(&good), StatusCode::OK),
                request("#[requires(scopes = ..)]", &app, "/guarded", Some(&good), StatusCode::OK),
                request("the same, with Claims<T> of 5 fields", &app, "/typed", Some(&good), StatusCode::OK),
                request("refused: the rule denies", &app, "/denied", Some(&good), StatusCode::FORBIDDEN),
                request("refused: no token", &app, "/guarded", None, StatusCode::UNAUTHORIZED),
                request("refused: garbage", &app, "/guarded", Some("garbage"), StatusCode::UNAUTHORIZED),
                request(
                    "refused: unknown key",
                    &app,
                    "/guarded",
                    Some(&unknown_key),
                    StatusCode::UNAUTHORIZED,
                ),
                request(
                    "refused: bad signature",
                    &app,
                    "/guarded",
                    Some(&bad_signature),
                    StatusCode::UNAUTHORIZED,
                ),
            ],
        );
    }
}

fn request<'a>(
    name: &'static str,
    app: &Router,
    path: &'static str,
    token: Option<&str>,
    status: StatusCode,
) -> Subject<'a> {
    let mut app = app.clone();
    let token = token.map(|token| HeaderValue::from_str(&format!("Bearer {token}")).expect("a header value"));
    Subject::new(name, move || {
        let mut request = Request::get(path).body(Body::empty()).expect("a request");
        if let Some(token) = &token {
            request.headers_mut().insert(AUTHORIZATION, token.clone());
        }
        let response = now(app.call(request)).expect("an answer");
        assert_eq!(response.status(), status);
    })
}
