//! What a document of OpenAPI says of security, and that it is what the routes ask for.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod merging;
mod routes;
mod rules;
mod schemes;
mod validity;

use axum::http::Method;
use oauth2_guard::openapi::{Coverage, OpenApiSecurity};
use oauth2_guard::{GuardedRouter, policy, public, requires};
use oauth2_guard_tests::World;
use serde_json::{Value, json};
use utoipa::openapi::OpenApi;

#[requires(scopes = "read")]
async fn read() {}

#[requires(scopes = "write")]
async fn write() {}

#[public]
async fn health() {}

/// Whoever runs the shop.
#[policy(roles = "admin")]
struct Admin;

/// A document that knows of these, `GET /orders/{id}`, nothing but that they answer.
fn document(operations: &[&str]) -> OpenApi {
    let mut paths = json!({});
    for operation in operations {
        let (method, path) = operation.split_once(' ').unwrap();
        let segments = path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
        let parameters = segments.map(|name| {
            json!({"name": name.trim_start_matches('*'), "in": "path", "required": true, "schema": {"type": "string"}})
        });
        paths[path][method.to_lowercase()] = json!({"parameters": parameters.collect::<Vec<_>>(), "responses": {"200": {"description": "OK"}}});
    }
    of(&json!({"paths": paths}))
}

/// A document with these members.
fn of(members: &Value) -> OpenApi {
    let mut document = json!({"openapi": "3.1.0", "info": {"title": "Orders", "version": "1"}, "paths": {}});
    document.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    serde_json::from_value(document).unwrap()
}

/// What became of it, as a reader sees it.
struct Described {
    json: Value,
    coverage: Coverage,
}

impl Described {
    /// By the map of these routes, of a server whose one provider is called `login`.
    async fn new(routes: GuardedRouter, document: OpenApi) -> Self {
        Self::with(|security| security, routes, document).await
    }

    async fn with(
        settings: impl FnOnce(OpenApiSecurity) -> OpenApiSecurity,
        routes: GuardedRouter,
        mut document: OpenApi,
    ) -> Self {
        let world = World::new().await;
        let server = world.server_with(|builder| builder, |provider| provider.name("login")).await;
        let app = routes.protect(&server);
        let coverage = settings(server.openapi()).describe(app.access_map(), &mut document);
        Self { json: serde_json::to_value(&document).unwrap(), coverage }
    }

    fn operation(&self, operation: &str) -> &Value {
        let (method, path) = operation.split_once(' ').unwrap();
        let method: Method = method.parse().unwrap();
        &self.json["paths"][path][method.as_str().to_lowercase()]
    }

    fn statuses(&self, operation: &str) -> Vec<&str> {
        self.operation(operation)["responses"].as_object().unwrap().keys().map(String::as_str).collect()
    }
}
