//! Which texts are tokens at all.

use axum::Router;
use axum::routing::get;
use oauth2_guard_tests::{Api, World};

const MALFORMED: &str = "the token is not a well-formed JWT";

async fn api(world: &World) -> Api {
    let server = world.server_with(|builder| builder.verbose(), |provider| provider).await;
    Api::serve(Router::new().route("/", get(|| async {})).layer(server.layer())).await
}

#[tokio::test]
async fn three_segments_of_canonical_base64url() {
    let world = World::new().await;
    let api = api(&world).await;
    let token = world.token().build();
    assert_eq!(api.get(&token).await.status, 200);
    let [header, payload, signature] = token.split('.').collect::<Vec<_>>()[..] else {
        panic!("three segments")
    };
    for odd in [
        ".".to_owned(),
        "..".to_owned(),
        "...".to_owned(),
        header.to_owned(),
        format!("{header}.{payload}"),
        format!("{header}.{payload}."),
        format!("{header}..{signature}"),
        format!(".{payload}.{signature}"),
        format!("{token}."),
        format!(".{token}"),
        format!("{token}.{signature}"),
        format!("{token}="),
        "abc123".to_owned(),
    ] {
        api.get(&odd).await.assert_invalid_token(MALFORMED);
    }
    // Well-formed, and of another length than any signature.
    for more in ["A", "AA"] {
        api.get(format!("{token}{more}")).await.assert_invalid_token("the token's signature is wrong");
    }
}

#[tokio::test]
async fn stray_bits_at_the_end_of_a_segment_are_refused() {
    let world = World::new().await;
    let api = api(&world).await;
    // The last character of 64 signature bytes has four bits that mean nothing: another one decodes to the same bytes.
    let token = world.token().build();
    assert_eq!(api.get(&token).await.status, 200);
    let last = token.chars().last().unwrap();
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let at = alphabet.find(last).unwrap();
    let stray = &alphabet[at + 1..at + 2];
    api.get(format!("{}{stray}", &token[..token.len() - 1])).await.assert_invalid_token(MALFORMED);
}

#[tokio::test]
async fn an_encrypted_token_is_told_apart() {
    let world = World::new().await;
    api(&world).await.get("a.b.c.d.e").await.assert_invalid_token("the token is encrypted");
}

#[tokio::test]
async fn the_limit_of_length_is_as_configured() {
    let world = World::new().await;
    let server =
        world.server_with(|builder| builder.verbose().max_token_bytes(1000), |provider| provider).await;
    let api = Api::serve(Router::new().route("/", get(|| async {})).layer(server.layer())).await;
    assert_eq!(api.get(world.token().build()).await.status, 200);
    let long = world.token().claim("x", "y".repeat(1000)).build();
    api.get(long).await.assert_invalid_token("the token is too large");
}

#[tokio::test]
async fn by_default_sixteen_kibibytes_are_looked_at() {
    let world = World::new().await;
    let server = world.server_with(|builder| builder.verbose(), |provider| provider).await;
    let app = Router::new().route("/", get(|| async {})).layer(server.layer());
    // In process: HTTP servers have limits of their own.
    for (length, status) in [(11_000, 200), (13_000, 401), (10_000_000, 401)] {
        let token = world.token().claim("x", "y".repeat(length)).build();
        let request = axum::http::Request::get("/").header("authorization", format!("Bearer {token}"));
        let response =
            tower::ServiceExt::oneshot(app.clone(), request.body(axum::body::Body::empty()).unwrap())
                .await
                .unwrap();
        assert_eq!(response.status(), status, "{length}");
    }
    let dots = format!("Bearer {}", ".".repeat(10_000_000));
    let request =
        axum::http::Request::get("/").header("authorization", dots).body(axum::body::Body::empty()).unwrap();
    assert_eq!(tower::ServiceExt::oneshot(app, request).await.unwrap().status(), 401);
}
