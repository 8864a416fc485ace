//! Tokens that differ in one thing, and the statuses that they are answered with.

use axum::Router;
use oauth2_guard::Provider;
use oauth2_guard::testing::TokenBuilder;
use oauth2_guard_tests::{Answer, Api, World, bearer};
use reqwest::Method;

/// What the token differs in.
pub(crate) type Change = fn(TokenBuilder) -> TokenBuilder;

/// Whoever has no token, or one that expired, gets nowhere either.
pub(crate) async fn assert_cases(
    app: Router,
    provider: fn(Provider) -> Provider,
    cases: &[(&str, Change, u16)],
) {
    let world = World::new().await;
    let server = world.server_with(|builder| builder, provider).await;
    let api = Api::serve(app.layer(server.layer())).await;
    for (index, (path, change, status)) in cases.iter().enumerate() {
        assert_eq!(api.status(path, change(world.token())).await, *status, "case {index}: {path}");
    }
    for (path, change, _) in cases {
        assert_eq!(anonymous(&api, Method::GET, path).await.status, 401, "{path}");
        assert_eq!(api.status(path, change(world.token()).expired()).await, 401, "{path}");
    }
}

pub(crate) fn as_it_is(provider: Provider) -> Provider {
    provider
}

pub(crate) async fn send(api: &Api, method: Method, path: &str, token: &TokenBuilder, body: &str) -> Answer {
    api.send(method, path, bearer(&token.build()), body).await
}

/// Without a token.
pub(crate) async fn anonymous(api: &Api, method: Method, path: &str) -> Answer {
    api.send(method, path, Default::default(), "").await
}
