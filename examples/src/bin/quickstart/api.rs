//! The API: six routes, each with its rule above it.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use oauth2_guard::{Claims, ResourceServer, public, requires};
use serde::{Deserialize, Serialize};

#[derive(Deserialize, Serialize)]
struct Me {
    sub: String,
    client_id: Option<String>,
}

#[derive(Deserialize, Serialize)]
struct Order {
    id: u64,
}

#[requires]
async fn me(Claims(me): Claims<Me>) -> Json<Me> {
    Json(me)
}

#[requires(scopes = "orders:read")]
async fn list_orders() -> Json<[Order; 2]> {
    Json([Order { id: 1 }, Order { id: 2 }])
}

#[requires(scopes = all("orders:read", "orders:write"))]
async fn create_order(Json(order): Json<Order>) -> (StatusCode, Json<Order>) {
    (StatusCode::CREATED, Json(order))
}

#[requires(any(roles = "admin", scopes = "orders:cancel"))]
async fn cancel_order(Path(_id): Path<u64>) -> StatusCode {
    StatusCode::NO_CONTENT
}

#[requires(scopes = "reports", roles = "accountant")]
async fn reports() -> &'static str {
    "all is well"
}

#[public]
async fn health() -> &'static str {
    "up"
}

pub(crate) fn routes(server: &ResourceServer) -> Router {
    Router::new()
        .route("/me", get(me))
        .route("/orders", get(list_orders))
        .route("/orders", post(create_order))
        .route("/orders/{id}", delete(cancel_order))
        .route("/reports", get(reports))
        .layer(server.layer())
        // After the layer, so not covered by it.
        .route("/health", get(health))
}
