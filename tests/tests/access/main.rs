//! Routers that take guarded handlers alone, and the map of who may call what.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod changes;
mod fallbacks;
mod groups;
mod hundred;
mod map;
mod public_routes;
mod reach;
mod routing;
mod snapshots;

use axum::http::{HeaderMap, Method};
use oauth2_guard::testing::TokenBuilder;
use oauth2_guard::{GuardedRouter, policy, public, requires};
use oauth2_guard_tests::{Answer, Api, World, bearer};

#[requires(scopes = "read")]
async fn read() -> &'static str {
    "read"
}

#[requires(scopes = "write")]
async fn write() -> &'static str {
    "written"
}

#[requires]
async fn anybody_with_a_token() -> &'static str {
    "hello"
}

#[public]
async fn health() -> &'static str {
    "up"
}

/// Whoever runs the shop.
#[policy(roles = "admin")]
struct Admin;

/// A protected API, and who issues tokens for it.
struct Stage {
    world: World,
    api: Api,
}

impl Stage {
    async fn of(routes: GuardedRouter) -> Self {
        let world = World::new().await;
        let api = Api::serve(routes.protect(&world.server().await)).await;
        Self { world, api }
    }

    fn token(&self) -> TokenBuilder {
        self.world.token()
    }

    async fn anonymous(&self, method: Method, path: &str) -> Answer {
        self.api.send(method, path, HeaderMap::new(), "").await
    }

    async fn send(&self, method: Method, path: &str, token: &TokenBuilder) -> Answer {
        self.api.send(method, path, bearer(&token.build()), "").await
    }

    async fn get(&self, path: &str, token: &TokenBuilder) -> u16 {
        self.send(Method::GET, path, token).await.status
    }

    /// The status of `GET path` without a token.
    async fn open(&self, path: &str) -> u16 {
        self.anonymous(Method::GET, path).await.status
    }
}
